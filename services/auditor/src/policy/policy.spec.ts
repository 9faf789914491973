import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningService } from '@prunella/service-kit';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { get, Running } from '../../test/running.ts';
import { eventually } from '../../test/story.ts';

const FIRST = 'version: 1\nmode: recommend\n';
const SECOND = `version: 1
mode: act
budgets:
  - { name: retries, match: { action: retry }, per: pipeline, within: 1h, actions: 3 }
alternatives:
  - match: { cause: network }
    pipeline: mirror.yml
    inputs: { token: ghp_0123456789abcdef0123 }
`;

let running: Running;
let service: RunningService;
let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-policy-'));
  file = join(directory, 'prunella.yaml');
  await writeFile(file, FIRST);
  running = await Running.start();
  service = await running.auditor({ PRUNELLA_CONFIG: file });
}, 60_000);
afterAll(async () => {
  await running?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function inForce() {
  return (await get(service, '/v1/policy')).body;
}

async function check(policy: unknown) {
  const response = await fetch(new URL('/v1/policy/check', service.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ policy }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  return { status: response.status, body: (await response.json()) as any };
}

/** The sentence with these words, wherever it stands. */
function said({ sections }: { sections: { sentences: { says: string; line: number | null }[] }[] }, words: string) {
  return sections.flatMap(({ sentences }) => sentences).find(({ says }) => says.includes(words));
}

it('is told as it is written and in sentences, each with its line', async () => {
  const policy = await inForce();
  expect(policy).toMatchObject({ file, source: FIRST, redacted: false, rejected: null });
  expect(Date.parse(policy.since)).toBeLessThanOrEqual(Date.now());
  expect(said(policy, 'does nothing by itself')).toEqual({
    says: 'Prunella says what it would do, and does nothing by itself.',
    ...{ line: 2, holdsNow: false },
  });
  expect(said(policy, '3 times at most')).toMatchObject({ line: null });
});

it('a file that breaks changes nothing and is told with its lines; one that is mended is in force, without secrets', async () => {
  const before = await inForce();
  await writeFile(file, 'version: 1\nmode: acts\nholdOut: 2\n');
  const broken = await eventually(async () => {
    const policy = await inForce();
    expect(policy.rejected).not.toBeNull();
    return policy;
  }, 30_000);
  expect(broken).toMatchObject({ source: FIRST, since: before.since, sections: before.sections });
  expect(broken.rejected).toMatchObject({
    source: 'version: 1\nmode: acts\nholdOut: 2\n',
    problems: [
      { line: 2, path: 'mode', nearest: 'act' },
      { line: 3, path: 'holdOut', says: 'expected at most 0.5, found number 2', nearest: null },
    ],
  });
  await writeFile(file, SECOND);
  const mended = await eventually(async () => {
    const policy = await inForce();
    expect(policy.rejected).toBeNull();
    return policy;
  }, 30_000);
  expect(mended).toMatchObject({ source: SECOND.replace('ghp_0123456789abcdef0123', '[redacted]'), redacted: true });
  expect(said(mended, 'budget retries')).toMatchObject({
    says: 'A retry may be done 3 times in any hour, for each pipeline (budget retries).',
    line: 4,
  });
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema((await get(service, '/openapi.json')).body, 'api');
  expect([broken, mended].map((each) => ajv.validate('api#/components/schemas/PolicyInForce', each))).toEqual([
    true,
    true,
  ]);
}, 90_000);

it('a text is checked without being put in force', async () => {
  expect((await check(FIRST)).body).toMatchObject({ problems: [], sections: expect.any(Array) });
  expect(await check('version: 1\npipelines:\n  - mode: act\n')).toMatchObject({
    status: 200,
    body: { problems: [{ line: 3, path: 'pipelines[0].match' }], sections: [] },
  });
  expect((await check('version: [')).body.problems[0]).toMatchObject({
    line: 1,
    says: expect.stringContaining('YAML'),
  });
  expect(await check('')).toMatchObject({ status: 400, body: { field: 'policy' } });
  expect((await inForce()).source).not.toBe(FIRST);
});
