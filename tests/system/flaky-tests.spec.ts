import type { FakeRun, NewRun } from '@prunella/testing';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/** The reports of a repository prove that a test is flaky; its next failure is then taken for what it is. */
const TOKEN = 'a-token-for-scripts';
const REPOSITORY = 'acme/shop';
const PIPELINE = `${REPOSITORY}/.github/workflows/ci.yml`;
const TOTAL = 'tests/test_cart.py::test_total';

let system: System;
/** Attempts of runs that were reported. */
let reported = 0;

beforeAll(async () => {
  system = await startSystem({
    policy: 'version: 1\nmode: act\n',
    of: { detector: { PRUNELLA_API_TOKEN: TOKEN } },
  });
}, 120_000);
afterAll(() => system?.stop());

type Results = Record<string, 'passed' | 'failed'>;

/** Posts what pytest writes. */
async function report(
  about: { run: string; attempt?: number; sha: string; branch?: string },
  results: Results,
): Promise<void> {
  const cases = Object.entries(results).map(
    ([name, result]) =>
      `<testcase classname="tests.test_cart" name="${name}" file="tests/test_cart.py" time="0.01">${
        result === 'failed' ? '<failure message="assert 11 == 12">AssertionError</failure>' : ''
      }</testcase>`,
  );
  const response = await fetch(`${system.services.detector.url}/webhooks/junit`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${TOKEN}`, 'prunella-pipeline': PIPELINE, 'prunella-platform': 'github' },
      ...{
        'prunella-repository': REPOSITORY,
        'prunella-run': about.run,
        'prunella-attempt': String(about.attempt ?? 1),
      },
      ...{ 'prunella-sha': about.sha, 'prunella-branch': about.branch ?? 'main', 'prunella-job': 'test' },
    },
    body: `<testsuites><testsuite name="pytest">${cases.join('')}</testsuite></testsuites>`,
  });
  reported += 1;
  expect([response.status, await response.text()]).toEqual([202, expect.stringContaining('"accepted":true')]);
}

function logOf(...failed: string[]): string {
  return [
    '============================= test session starts ==============================',
    'collected 2 items',
    '=================================== FAILURES ===================================',
    'E       assert 11 == 12',
    '=========================== short test summary info ============================',
    ...failed.map((name) => `FAILED tests/test_cart.py::${name} - assert 11 == 12`),
    `========================= ${failed.length} failed in 1.20s =========================`,
    '##[error]Process completed with exit code 1.',
  ].join('\n');
}

/** A run of GitHub that reported its tests before it ended. */
async function failedRun(results: Results, changes: NewRun = {}): Promise<{ run: FakeRun; incident: Incident }> {
  const failed = Object.keys(results).filter((name) => results[name] === 'failed');
  const run = system.github.addRun({
    ...{
      repository: REPOSITORY,
      jobs: [{ name: 'test', conclusion: 'failure', failedStep: 'Run pytest', log: logOf(...failed) }],
    },
    ...changes,
  });
  await report({ run: String(run.id), sha: run.headSha, branch: run.branch }, results);
  await until(
    async () => (await bucket('prunella_failed_tests')).length === reported,
    'the diagnoser knows the report',
  );
  await system.deliver(run);
  const incident = await incidentWith(
    system,
    (one) =>
      (one as Incident & { runId: string }).runId === String(run.id) && Boolean(one.cause) && Boolean(one.status),
    `the run ${run.id} is diagnosed and decided`,
  );
  return { run, incident };
}

async function bucket(name: 'prunella_failed_tests' | 'prunella_flaky') {
  return await (await system.bus.bucket<unknown>(name)).entries();
}

async function quarantined(): Promise<string[]> {
  const { items } = await system.api<{ items: { test: string }[] }>(`/v1/quarantine?repository=${REPOSITORY}`);
  return items.map(({ test }) => test);
}

it('a failure of a test that nobody knows stays a failure', async () => {
  const { incident } = await failedRun(
    { test_total: 'failed', test_adds: 'passed' },
    { headSha: '0'.repeat(40), branch: 'first' },
  );
  expect(incident).toMatchObject({ cause: 'test_failure' });
  expect(await quarantined()).toEqual([]);
});

it('two commits at which it failed and passed prove it flaky', async () => {
  for (const [index, sha] of ['a'.repeat(40), 'b'.repeat(40)].entries()) {
    await report({ run: `90${index}`, sha }, { test_total: 'failed', test_adds: 'passed' });
    await report({ run: `90${index}`, attempt: 2, sha }, { test_total: 'passed', test_adds: 'passed' });
  }
  const { items } = await until(async () => {
    const list = await system.api<{ items: { name: string; proofs: number }[] }>('/v1/tests?state=flaky');
    return list.items[0]?.proofs === 2 && list;
  }, 'the history knows it');
  expect(items).toMatchObject([{ name: 'test_total', proofs: 2, repository: REPOSITORY, job: 'test' }]);
  await until(async () => {
    const [entry] = await bucket('prunella_flaky');
    return (entry?.value as { proofs: number } | undefined)?.proofs === 2;
  }, 'the diagnoser knows it');
});

it('a new failure beside it is none of its doing', async () => {
  const { incident } = await failedRun(
    { test_total: 'failed', test_adds: 'failed' },
    { headSha: '1'.repeat(40), branch: 'second' },
  );
  expect(incident).toMatchObject({ cause: 'test_failure' });
  expect(await quarantined()).toEqual([]);
});

it('where the change itself touches the test it is not skipped', async () => {
  const own = { headSha: '2'.repeat(40), branch: 'third', changedFiles: ['tests/test_cart.py'] };
  const { incident } = await failedRun({ test_total: 'failed', test_adds: 'passed' }, own);
  expect(incident).toMatchObject({ cause: 'flaky_test' });
  const { vetoes } = await system.api<{ vetoes: string[] }>(`/v1/incidents/${incident.id}`);
  expect(vetoes).toEqual([expect.stringContaining('touched-test')]);
  expect(await quarantined()).toEqual([]);
});

it('a run in which it alone fails is flaky, with the proof, and it is skipped from then on', async () => {
  const { run, incident } = await failedRun(
    { test_total: 'failed', test_adds: 'passed' },
    { headSha: '3'.repeat(40), branch: 'fourth', changedFiles: ['src/cart.py'] },
  );
  expect(incident).toMatchObject({
    cause: 'flaky_test',
    decidedBy: 'history:flaky-tests',
    action: 'skip_test',
    status: 'executed',
  });
  const page = await system.api<{ explanation: string; timeline: { title: string; says: string }[] }>(
    `/v1/incidents/${incident.id}`,
  );
  expect(page.explanation).toContain('"test_total" (at 2 commits');
  expect(page.timeline).toContainEqual(
    expect.objectContaining({ title: 'Tests reported: test', says: '2 tests: 1 passed, 1 failed, 0 flaky, 0 skipped' }),
  );
  await until(async () => (await quarantined()).includes(TOTAL), 'it is in quarantine');
  expect(system.github.effects.filter((effect) => effect.includes(`#${run.id}`))).toEqual([]);
  expect(system.github.violations).toEqual([]);
});
