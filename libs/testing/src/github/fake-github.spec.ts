import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { FakeGitHub } from './fake-github.ts';

let fake: FakeGitHub;

beforeAll(async () => {
  fake = await FakeGitHub.start();
});

afterAll(() => fake.stop());

async function call(method: string, path: string, body?: unknown, url = fake.url) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: 'token test', ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as never };
}

it('takes a run through its attempts, one effect each', async () => {
  const run = fake.addRun();
  const at = `/repos/${run.repository}/actions/runs/${run.id}`;
  fake.attemptsStart = 'queued';
  expect(await call('POST', `${at}/rerun-failed-jobs`)).toMatchObject({ status: 201 });
  expect(await call('GET', at)).toMatchObject({ body: { status: 'queued', run_attempt: 2, conclusion: null } });
  fake.begin(run);
  expect(await call('GET', at)).toMatchObject({ body: { status: 'in_progress' } });
  expect(await call('POST', `${at}/rerun`)).toMatchObject({ status: 403 });
  fake.completeRun(run, 'success');
  expect(await call('GET', at)).toMatchObject({ body: { status: 'completed', conclusion: 'success' } });
  expect(await call('POST', `${at}/rerun-failed-jobs`)).toMatchObject({ status: 403 });
  expect(await call('POST', `${at}/rerun`)).toMatchObject({ status: 201 });
  expect(fake.effects).toEqual([`acme/shop#${run.id} -> 2`, `acme/shop#${run.id} -> 3`]);
  expect(fake.violations).toEqual([]);
  fake.attemptsStart = 'in_progress';
});

it('pages the jobs', async () => {
  const jobs = Array.from({ length: 70 }, (_, index) => ({ name: `job ${index}`, conclusion: 'failure' as const }));
  const run = fake.addRun({ jobs });
  const at = `/repos/${run.repository}/actions/runs/${run.id}/attempts/1/jobs`;
  const pages = [at, `${at}?per_page=50&page=2`, `${at}?page=4`];
  const sizes = await Promise.all(
    pages.map(async (page) => ((await call('GET', page)).body as { jobs: unknown[] }).jobs.length),
  );
  expect(sizes).toEqual([30, 20, 0]);
  expect(fake.violations).toEqual([]);
});

it('lists the runs of a workflow by its file or number, the newest first', async () => {
  const repository = 'acme/listed';
  const older = fake.addRun({ repository, conclusion: 'success', createdAt: '2026-01-01T00:00:00Z' });
  const newer = fake.addRun({ repository, conclusion: 'success', createdAt: '2026-01-03T00:00:00Z' });
  const broken = fake.addRun({ repository, branch: 'fix', createdAt: '2026-01-02T00:00:00Z' });
  const other = fake.addRun({ repository, path: '.github/workflows/nightly.yml' });
  const list = async (workflow: string | number, query = '') => {
    const { body } = await call('GET', `/repos/${repository}/actions/workflows/${workflow}/runs${query}`);
    const { total_count, workflow_runs } = body as { total_count: number; workflow_runs: { id: number }[] };
    return [total_count, ...workflow_runs.map(({ id }) => id)];
  };
  expect(await list('ci.yml')).toEqual([3, newer.id, broken.id, older.id]);
  expect(await list('ci.yml', '?per_page=1&page=2')).toEqual([3, broken.id]);
  expect(await list('ci.yml', '?status=success&created=<=2026-01-02T00:00:00Z')).toEqual([1, older.id]);
  expect(await list('ci.yml', '?branch=fix')).toEqual([1, broken.id]);
  const { body } = await call('GET', `/repos/${repository}/actions/runs/${other.id}`);
  expect(await list((body as { workflow_id: number }).workflow_id)).toEqual([1, other.id]);
  expect(await call('GET', `/repos/${repository}`)).toMatchObject({ body: { default_branch: 'main' } });
  expect(await call('GET', '/repos/acme/nobody')).toMatchObject({ status: 404 });
  expect(fake.violations).toEqual([]);
});

it('notes what is not as GitHub describes it', async () => {
  const other = await FakeGitHub.start();
  await call('GET', '/repos/acme/shop/actions/workflow-runs/1', undefined, other.url);
  expect(other.violations).toEqual([expect.stringContaining('no such operation')]);
  await other.stop();
});

it('serves logs from a host that must not see the token', async () => {
  const other = await FakeGitHub.start();
  const { repository, id } = other.addRun({ jobs: [{ name: 'a', conclusion: 'failure', log: 'boom' }] });
  const redirect = await fetch(`${other.url}/repos/${repository}/actions/jobs/${id * 100_000 + 1_000}/logs`, {
    redirect: 'manual',
  });
  const location = redirect.headers.get('location') ?? '';
  expect(new URL(location).origin).not.toBe(other.url);
  expect(await (await fetch(location)).text()).toBe('boom');
  expect(other.violations).toEqual([]);
  expect((await fetch(location, { headers: { authorization: 'token test' } })).status).toBe(403);
  expect(other.violations).toHaveLength(1);
  await other.stop();
});

describe('told from outside', () => {
  it('goes through the life of a run', async () => {
    const added = await call('POST', '/__control/runs', { repository: 'octo/app', jobs: [] });
    expect(added).toMatchObject({ status: 201, body: { repository: 'octo/app', attempt: 1, status: 'completed' } });
    const which = { repository: 'octo/app', id: (added.body as { id: number }).id };
    expect(await call('POST', '/__control/runs/rerun', which)).toMatchObject({ body: { attempt: 2 } });
    expect(await call('POST', '/__control/runs/begin', which)).toMatchObject({ body: { status: 'in_progress' } });
    const ended = await call('POST', '/__control/runs/complete', { ...which, conclusion: 'success' });
    expect(ended).toMatchObject({ status: 200, body: { status: 'completed', conclusion: 'success' } });
    const delivery = await call('POST', '/__control/runs/delivery', { ...which, secret: 's' });
    expect(delivery).toMatchObject({ body: { headers: { 'x-github-event': 'workflow_run' } } });
    const push = { repository: 'octo/app', branch: 'main', sha: 'b'.repeat(40) };
    expect(await call('POST', '/__control/branches', push)).toMatchObject({ status: 204 });
    expect(await call('GET', '/repos/octo/app/branches/main')).toMatchObject({ body: { commit: { sha: push.sha } } });
    const fault = { on: 'GET .*branches', answer: { status: 503 } };
    expect(await call('POST', '/__control/faults', fault)).toMatchObject({ status: 204 });
    expect(await call('GET', '/repos/octo/app/branches/main')).toMatchObject({ status: 503 });
    expect(await call('GET', '/__control/journal')).toMatchObject({
      body: { violations: [], requests: expect.arrayContaining(['GET /repos/octo/app/branches/main']) },
    });
  });

  it.each`
    what                  | path                         | body                                 | status
    ${'an unknown run'}   | ${'/__control/runs/begin'}   | ${{ repository: 'octo/app', id: 1 }} | ${404}
    ${'a wrong type'}     | ${'/__control/runs'}         | ${{ id: 'x' }}                       | ${400}
    ${'an unknown field'} | ${'/__control/runs'}         | ${{ brunch: 'main' }}                | ${400}
    ${'a bad pattern'}    | ${'/__control/faults'}       | ${{ on: '(', answer: 'cut' }}        | ${400}
    ${'no such command'}  | ${'/__control/runs/explode'} | ${{}}                                | ${404}
  `('answers $status to $what', async ({ path, body, status }) => {
    expect(await call('POST', path, body)).toMatchObject({ status });
  });
});

// `npm test` builds before it tests
const main = fileURLToPath(new URL('../../dist/github/main.js', import.meta.url));

it('runs as a process of its own', async () => {
  const child = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  expect(await call('GET', '/__control/journal', undefined, url)).toMatchObject({
    status: 200,
    body: { effects: [], runs: [] },
  });
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
