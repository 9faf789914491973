import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiagnosisMade } from '@prunella/contracts';
import { type FakeRun, networkDiagnosis } from '@prunella/testing';
import { runForText } from '../../test/command-line.ts';

let cwd: string;
let auditor: Server;
let url = '';
const diagnosis: DiagnosisMade = networkDiagnosis({
  id: 1,
  repository: 'acme/shop',
  path: '.github/workflows/ci.yml',
  workflow: 'ci',
  attempt: 1,
  headSha: 'a'.repeat(40),
  branch: 'main',
} as FakeRun);

const prunella = (...args: string[]) => runForText(args, { env: { PRUNELLA_URL: url }, cwd });

beforeAll(async () => {
  auditor = createServer((request, response) => {
    const data = { ...diagnosis, run: { ...diagnosis.run, attempt: 2 } };
    const events =
      request.url === '/v1/incidents/inc_1'
        ? [
            { type: 'diagnosis.made', data: { ...data, confidence: 0.1 } },
            { type: 'diagnosis.made', data },
          ]
        : [];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ events }));
  });
  await new Promise<void>((resolve) => auditor.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(auditor.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => auditor.close(resolve)));
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-policy-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

describe('prunella policy check', () => {
  it('says what holds without a file', async () => {
    const { code, out } = await prunella('policy', 'check');
    expect(code).toBe(0);
    expect(out).toContain('no prunella.yaml: the built-in policy holds: ok');
    expect(out).toContain('budget usual: 100 actions per repository');
  });

  it('sums up a file', async () => {
    await writeFile(
      join(cwd, 'prunella.yaml'),
      'version: 1\nmode: act\nprotect: [{ match: { branch: main }, mode: approve }]\nholdOut: 0.1\n',
    );
    const { code, out } = await prunella('policy', 'check');
    expect(code).toBe(0);
    for (const line of ['prunella.yaml: ok', 'mode act', 'protect[0] branch main: at most approve', '10 % are only']) {
      expect(out).toContain(line);
    }
  });

  it('names line and path of what is wrong, and ends with 1', async () => {
    await writeFile(join(cwd, 'mine.yaml'), 'version: 1\nbudgets:\n  - name: A\n    actions: 1\n');
    const { code, err } = await prunella('policy', 'check', 'mine.yaml');
    expect(code).toBe(1);
    expect(err).toContain('mine.yaml:3: budgets[0].name: expected a name');
  });

  it('ends with 1 when the named file is not there', async () => {
    expect(await prunella('policy', 'check', 'gone.yaml')).toMatchObject({ code: 1, out: '' });
  });
});

describe('prunella policy explain', () => {
  it('goes through every check for the newest diagnosis', async () => {
    await writeFile(join(cwd, 'prunella.yaml'), 'version: 1\nmode: act\ncooldown: 10m\nattempts: 2\n');
    const { code, out } = await prunella('policy', 'explain', 'inc_1');
    expect(code).toBe(0);
    expect(out).toContain('acting');
    expect(out).toMatch(/yes {2}attempts +attempt 2 of 2 \(attempts\)/);
    expect(out).toMatch(/yes {2}threshold +confidence 0\.9 is at least 0\.6/);
    expect(out).toContain(
      `cooldown retry_with_backoff for ${diagnosis.run.pipelineId}@${diagnosis.run.branch}: one of 1`,
    );
  });

  it('tries another policy', async () => {
    await writeFile(join(cwd, 'strict.yaml'), 'version: 1\nmode: act\nthresholds: { cheap: 0.95 }\n');
    const { out } = await prunella('policy', 'explain', 'inc_1', '--policy', 'strict.yaml', '--json');
    expect(JSON.parse(out)).toMatchObject({
      policy: 'strict.yaml',
      verdict: 'recommending',
      reasons: expect.arrayContaining([expect.objectContaining({ check: 'threshold', allows: false })]),
    });
  });

  it('says when there is no diagnosis yet', async () => {
    const { code, err } = await prunella('policy', 'explain', 'inc_2');
    expect([code, err]).toEqual([1, expect.stringContaining('inc_2: expected an incident with a diagnosis')]);
  });
});

it('prunella policy schema prints what an editor needs', async () => {
  const schema = JSON.parse((await prunella('policy', 'schema')).out) as { properties: Record<string, unknown> };
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining(['version', 'mode', 'budgets', 'breaker', 'freezes', 'protect', 'holdOut']),
  );
});
