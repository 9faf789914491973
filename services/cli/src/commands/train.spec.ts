import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtinModel, decodeModel, predict } from '@prunella/model';
import { runLine } from '../../test/command-line.ts';

const AFTER_BUILTIN = Date.parse(builtinModel().createdAt) + 1_000;
const HOUR = 3_600_000;
const STRANGE = 'quux-broker: no seat left in the licence pool';

/** What the auditor would tell, the newest first: every other failure is one that no built-in model has seen. */
function history(count: number): object[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ id: `inc_${at}`, openedAt: new Date(AFTER_BUILTIN + at * HOUR).toISOString(), pipelineId: 'ci' },
    ...{ repository: `octo/${at % 9}`, action: 'retry_with_backoff', outcome: 'healed', metrics: {} },
    ...(at % 2 === 0
      ? {
          ...{ cause: 'service_unavailable', decidedBy: 'rule:quux', prior: 0.7 },
          evidence: [{ line: 40 + at, text: `Error: ${STRANGE} ${at}`, job: 'build' }],
        }
      : {
          ...{ cause: 'network', decidedBy: 'rule:connection-timeout', prior: 0.9 },
          evidence: [{ line: 9, text: `Error: connect ETIMEDOUT 10.0.0.${at}:443`, job: 'build' }],
        }),
  })).reverse();
}

let auditor: Server;
let failures: object[];
let cwd: string;

beforeAll(async () => {
  auditor = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://auditor');
    const from = Number(searchParams.get('cursor') ?? 0);
    const to = from + 30;
    const page = { items: failures.slice(from, to), nextCursor: to < failures.length ? String(to) : null };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(page));
  });
  await new Promise<void>((resolve) => auditor.listen(0, '127.0.0.1', resolve));
});
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-train-'));
  failures = history(200);
});
afterEach(() => rm(cwd, { recursive: true, force: true }));
afterAll(() => new Promise((resolve) => auditor.close(resolve)));

const train = (...args: string[]) =>
  runLine(['train', ...args], {
    env: { PRUNELLA_URL: `http://127.0.0.1:${(auditor.address() as AddressInfo).port}` },
    cwd,
  });

async function written(name: string) {
  return decodeModel(name, await readFile(join(cwd, name)));
}

// Training is minutes of work beside other tests on a small machine.
describe('prunella train', () => {
  it('writes a model that is better on later failures, which knows what is said here, and keeps the one before', async () => {
    const { code, out } = await train();
    expect(out.join('\n')).toContain('history: 200 of 200 failures with a cause teach: 200 healed, 0 on the word');
    expect(out.join('\n')).toMatch(/replaced by own-\d{14}: better: /);
    expect(code).toBe(0);
    const model = await written('prunella.model');
    const failure = { lines: [{ text: `Error: ${STRANGE} 99` }], ranks: [0], metrics: {} };
    expect(predict(model, failure)[0]?.cause).toBe('service_unavailable');
    expect(predict(builtinModel(), failure)[0]?.cause).not.toBe('service_unavailable');
    expect(model.data[0]).toBe(`began as ${builtinModel().version}`);
    expect((await readFile(join(cwd, 'prunella.model'))).length).toBeLessThan(10_000_000);

    const again = await train();
    expect(again.code).toBe(1);
    expect(again.out.join('\n')).toContain(`in use: ${model.version}`);
    expect(again.out.join('\n')).toContain('kept: not better by 1.0 %');
    await expect(access(join(cwd, 'prunella.model.previous'))).rejects.toThrow();
  }, 240_000);

  it('writes over a model only by renaming, and keeps that as .previous', async () => {
    await writeFile(join(cwd, 'ours.model'), 'what was there');
    expect((await train('--out', 'ours.model')).code).toBe(0);
    expect((await written('ours.model')).version).toMatch(/^own-/);
    expect(await readFile(join(cwd, 'ours.model.previous'), 'utf8')).toBe('what was there');
  }, 240_000);

  it('only says it with --dry-run', async () => {
    const { code, out } = await train('--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out.join('\n'))).toMatchObject({ replaced: true, file: null, figures: { heldOut: 60 } });
    await expect(access(join(cwd, 'prunella.model'))).rejects.toThrow();
  }, 240_000);

  it('keeps the model when there is too little to judge on', async () => {
    failures = history(40);
    const { code, out } = await train();
    expect(code).toBe(1);
    expect(out.at(-1)).toBe('kept: expected 50 failures later than the champion to judge on, found 12');
  });

  it('learns from logs whose cause a person knows, without an auditor', async () => {
    await mkdir(join(cwd, 'ours'));
    const labels = Array.from({ length: 200 }, (_, at) => ({
      log: `${at % 20}.log`,
      ...{ cause: at % 2 === 0 ? 'service_unavailable' : 'network', group: `octo/${at % 9}` },
      at: new Date(AFTER_BUILTIN + at * HOUR).toISOString(),
    }));
    await writeFile(join(cwd, 'ours', 'labels.jsonl'), labels.map((label) => JSON.stringify(label)).join('\n'));
    for (let at = 0; at < 20; at += 1) {
      const line = at % 2 === 0 ? STRANGE : 'connect ETIMEDOUT 10.0.0.1:443';
      await writeFile(join(cwd, 'ours', `${at}.log`), `building\nstep ${at}\nError: ${line}\nexit code: 1\n`);
    }
    const { out, err, code } = await train('--data', 'ours', '--no-history');
    expect(err).toEqual([]);
    expect(out.join('\n')).toContain('labelled: 200 logs');
    expect(code).toBe(0);
  }, 240_000);

  it.each([
    ['{"log": "gone.log", "cause": "network"}', 'gone.log'],
    ['{"log": "a.log", "cause": "ghosts"}', 'labels.jsonl:1'],
    ['{"log": "a.log", "cause": "unknown"}', 'labels.jsonl:1'],
    ['nonsense', 'labels.jsonl:1: expected a JSON object'],
    [undefined, 'expected a folder with labels.jsonl'],
  ])('says what is wrong with a folder: %s', async (line, says) => {
    if (line !== undefined) await writeFile(join(cwd, 'labels.jsonl'), `${line}\n`);
    const { code, err } = await train('--no-history', '--data', '.');
    expect(code).toBe(1);
    expect(err.join('\n')).toContain(says);
    expect(err.join('\n')).not.toContain('mistake in prunella');
  });

  it('needs something to train on', async () => {
    expect(await train('--no-history')).toMatchObject({ code: 2 });
  });
});
