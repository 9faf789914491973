import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BacktestReport, PastEvent } from '@prunella/backtest';
import { parseData, writeMessage } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { runLine } from '../../test/command-line.ts';
import { quickData } from '../backtest/quick.ts';

const ACT = 'version: 1\nmode: act\n';
const START = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prunella-cli-backtest-'));
  await writeFile(join(folder, 'act.yaml'), ACT);
  await writeFile(join(folder, 'watch.yaml'), 'version: 1\nmode: observe\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function prunella(args: string[], env: Record<string, string> = {}) {
  const ending = await runLine(['backtest', ...args], { env, cwd: folder });
  return { ...ending, report: () => JSON.parse(ending.out.join('\n')) as BacktestReport };
}

function lineOf({ subject, id, at, data }: PastEvent): string {
  const message = writeMessage({ subject, id, source: 'spec', time: iso(at), data } as Parameters<
    typeof writeMessage
  >[0]);
  return new TextDecoder().decode(message);
}

/** An attempt of a run that fails, so many minutes after the start, and its diagnosis. */
function failed(name: string, minutes: number, attempt = 1): [PastEvent, PastEvent] {
  const at = START + minutes * MINUTE;
  const incidentId = `inc_${name}`;
  const diagnosis = {
    ...{ incidentId, run: runOf(name, attempt), cause: 'network', domain: 'platform', fingerprint: 'fp_network' },
    ...{ confidence: 0.9, transient: 0.9, prior: 0.9, decidedBy: 'rule:connection-timeout' },
    ...{ action: { type: 'retry', parameters: {} }, explanation: 'The connection timed out.' },
    ...{ evidence: [], alternatives: [], metrics: {}, vetoes: [], gaps: [] },
  };
  const ended = { ...endOf(name, attempt, at, 'failure'), finishedEventId: '' };
  return [
    { subject: 'pipeline.failed', id: `${name}.${attempt}.failed`, at, data: ended } as PastEvent,
    { subject: 'diagnosis.made', id: `${name}.${attempt}.diagnosis`, at, data: diagnosis } as unknown as PastEvent,
  ];
}

function passed(name: string, minutes: number, attempt: number): PastEvent {
  const at = START + minutes * MINUTE;
  const data = endOf(name, attempt, at, 'success');
  return { subject: 'pipeline.finished', id: `${name}.${attempt}.finished`, at, data } as PastEvent;
}

function endOf(name: string, attempt: number, at: number, conclusion: string) {
  const times = { startedAt: iso(at - 2 * MINUTE), finishedAt: iso(at) };
  return { ...runOf(name, attempt), incidentId: `inc_${name}`, ...times, conclusion, jobs: [], metrics: {} };
}

function runOf(name: string, attempt: number) {
  return {
    ...{ pipelineId: 'acme/shop/ci', platform: 'github', repository: 'acme/shop', runId: name, attempt },
    ...{ headSha: `sha_${name}`, branch: 'main', environment: '', url: '', name: 'ci', kind: 'run' },
  };
}

const healed = [...failed('one', 0), passed('one', 20, 2)];
const inVain = [...failed('two', 10), ...failed('two', 30, 2)];

async function history(name: string, events: readonly PastEvent[], ...more: string[]): Promise<string> {
  await writeFile(join(folder, name), [...events.map(lineOf), ...more, ''].join('\n'));
  return name;
}

describe('prunella backtest FILES', () => {
  it('merges files, and says what would have been done, in tables', async () => {
    const files = [await history('a.ndjson', healed), await history('b.ndjson', inVain)];
    const { code, out } = await prunella([...files, '--policy', 'act.yaml']);
    expect(code).toBe(0);
    const text = out.join('\n');
    expect(text).toContain('3 failures from 2026-01-05 12:00');
    expect(text).toMatch(/healed\s+1/);
    expect(text).toMatch(/false heals\s+1/);
    expect(text).toContain('by repository');
    expect(text).toContain('attempt 2 failed in the same way: network');
  });

  it('--json is the report, and --against says what changed and why', async () => {
    const file = await history(
      'a.ndjson',
      [...healed, ...inVain].sort((a, b) => a.at - b.at),
    );
    const { report } = await prunella([file, '--policy', 'act.yaml', '--against', 'watch.yaml', '--json']);
    expect(report()).toMatchObject({
      version: 1,
      policy: { name: 'act.yaml', totals: { results: { healed: 1, 'false-heal': 1, 'acted-unknown': 1 } } },
      against: { name: 'watch.yaml', totals: { results: { observed: 3 } } },
      changed: 3,
    });
    const [first] = report().changedCases ?? [];
    expect(first?.against?.reasons).toContainEqual(expect.objectContaining({ check: 'mode', allows: false }));
    expect(first?.truth.says).toBe('attempt 2 went green');
  });

  it('--cases-to writes every case, and other events are passed over', async () => {
    const other = JSON.stringify({
      specversion: '1.0',
      id: '1',
      source: 's',
      type: 'dev.prunella.tests.reported.v1',
      data: {},
    });
    const file = await history('a.ndjson', healed, other);
    await prunella([file, '--policy', 'act.yaml', '--cases-to', 'cases.ndjson']);
    const cases = (await readFile(join(folder, 'cases.ndjson'), 'utf8')).trim().split('\n');
    expect(cases.map((line) => JSON.parse(line).policy.result)).toEqual(['healed']);
  });

  it('diagnoses what has no diagnosis by what its event says', async () => {
    const failed = { pipeline_id: '42', run_id: '7', error: { message: 'connect ETIMEDOUT 10.0.0.1:443' } };
    const event = {
      specversion: '1.0',
      id: '1',
      source: 's',
      type: 'dev.prunella.pipeline.failed.v1',
      time: iso(START),
      data: failed,
    };
    const file = await history('a.ndjson', [], JSON.stringify(event));
    const { report } = await prunella([file, '--policy', 'act.yaml', '--json']);
    expect(report().history).toMatchObject({ failures: 1, diagnosed: 0, diagnosedNow: 1 });
    expect(report().policy.causes).toEqual([expect.objectContaining({ name: 'network' })]);
  });

  it.each([
    ['--fail-on-false-heals', '0', 1],
    ['--fail-on-false-heals', '1', 0],
    ['--fail-on-loops', '0', 0],
    ['--fail-on-loops', '-1', 2],
    ['--from', 'yesterday', 2],
    ['--save', 'x.ndjson', 2],
  ])('%s %s ends with %d', async (option, value, code) => {
    const file = await history('a.ndjson', inVain);
    expect((await prunella([file, '--policy', 'act.yaml', `${option}=${value}`])).code).toBe(code);
  });

  it.each([
    ['no JSON', '{', /^prunella: a\.ndjson:3: expected a JSON object in a line/],
    [
      'no event',
      '{}',
      /^prunella: a\.ndjson:3: expected a CloudEvent with a type such as dev\.prunella\.pipeline\.failed\.v1/,
    ],
    [
      'a broken event',
      lineOf(healed[0] as PastEvent).replace('"conclusion":"failure"', '"conclusion":"sad"'),
      /^prunella: a\.ndjson:3: conclusion: expected one of success/,
    ],
    [
      'no time',
      lineOf(healed[1] as PastEvent).replace(/"time":"[^"]+",/, ''),
      /^prunella: a\.ndjson:3: time: expected an ISO 8601 time, found none/,
    ],
  ])('names file and line of %s', async (_what, line, says) => {
    const { code, err } = await prunella([await history('a.ndjson', failed('one', 0), line), '--policy', 'act.yaml']);
    expect(code).toBe(1);
    expect(err.join('\n')).toMatch(says);
  });

  it('says which file is missing', async () => {
    const { code, err } = await prunella(['nowhere.ndjson', '--policy', 'act.yaml']);
    expect(code).toBe(1);
    expect(err.join('\n')).toMatch(/expected a file of events, found nowhere\.ndjson/);
  });
});

describe('prunella backtest', () => {
  let auditor: Server;
  let asked: URL[];
  const items = [...healed, ...inVain].sort((a, b) => a.at - b.at).map((event) => JSON.parse(lineOf(event)));

  beforeAll(async () => {
    auditor = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://auditor');
      asked.push(url);
      const at = Number(url.searchParams.get('cursor') ?? 0);
      const page = { items: items.slice(at, at + 2), nextCursor: at + 2 < items.length ? String(at + 2) : null };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(page));
    });
    await new Promise<void>((resolve) => auditor.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(() => new Promise((resolve) => auditor.close(resolve)));

  it('reads the events of the auditor page by page, with what comes before and after, and saves them', async () => {
    const env = { PRUNELLA_URL: `http://127.0.0.1:${(auditor.address() as AddressInfo).port}` };
    const range = ['--from', '2026-01-05', '--to', '2026-01-06'];
    const { report } = await prunella(['--policy', 'act.yaml', ...range, '--save', 'all.ndjson', '--json'], env);
    expect(asked).toHaveLength(Math.ceil(items.length / 2));
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({
      from: '2026-01-04T00:00:00.000Z',
      to: '2026-01-07T00:00:00.000Z',
    });
    expect(report().policy.totals.results).toMatchObject({ healed: 1, 'false-heal': 1, 'acted-unknown': 1 });
    const again = await prunella(['all.ndjson', '--policy', 'act.yaml', ...range, '--json']);
    expect(again.report()).toEqual(report());
  });

  it('says that the auditor is away', async () => {
    const { code, err } = await prunella(['--policy', 'act.yaml'], { PRUNELLA_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(3);
    expect(err.join('\n')).toMatch(/the auditor does not answer/);
  });
});

describe('the quick reader', () => {
  it.each(healed.map((event) => [event.subject, event] as const))('reads %s as the contracts do', (subject, event) => {
    const { data } = JSON.parse(lineOf(event));
    expect(quickData(subject, data)).toEqual(parseData(subject, data));
  });

  it.each([
    ['a name of another kind', { pipeline_id: 'x' }],
    ['a word that there is not', { pipelineId: 'x', kind: 'sad' }],
    ['another type', { pipelineId: 7 }],
    ['another way to write a time', { pipelineId: 'x', startedAt: '2026-01-01T00:00:00+01:00' }],
    ['null', { pipelineId: null }],
    ['no object', [MINUTE]],
  ])('leaves %s to the contracts', (_what, data) => {
    expect(quickData('pipeline.failed', data)).toBeUndefined();
  });
});
