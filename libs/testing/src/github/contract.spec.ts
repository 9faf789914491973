import { GitHubContract } from './contract.ts';
import type { FakeRun } from './model.ts';
import { fullRepositoryJson, jobJson, runJson } from './payloads.ts';

const run: FakeRun = {
  repository: 'acme/shop',
  id: 1,
  workflow: 'ci',
  path: '.github/workflows/ci.yml',
  headSha: 'a'.repeat(40),
  branch: 'main',
  attempt: 1,
  status: 'completed',
  conclusion: 'failure',
  createdAt: '2026-01-01T00:00:00Z',
  jobs: [[{ name: 'build', conclusion: 'failure' }]],
  reruns: 0,
};
const path = '/repos/acme/shop/actions/runs/1';

let contract: GitHubContract;

beforeAll(async () => {
  contract = await GitHubContract.load();
});

it('finds nothing wrong with what the fake answers', () => {
  expect(contract.response('GET', path, 200, runJson(run))).toEqual([]);
  expect(
    contract.response('GET', `${path}/attempts/1/jobs`, 200, { total_count: 1, jobs: [jobJson(run, 1, 0)] }),
  ).toEqual([]);
});

it('finds nothing wrong with a repository and the runs of a workflow', () => {
  const repository = fullRepositoryJson('acme/shop', 'main');
  expect(contract.response('GET', '/repos/acme/shop', 200, repository)).toEqual([]);
  const { default_branch: _, ...headless } = repository;
  expect(contract.response('GET', '/repos/acme/shop', 200, headless)).not.toEqual([]);
  const runs = '/repos/acme/shop/actions/workflows/ci.yml/runs';
  expect(contract.response('GET', runs, 200, { total_count: 1, workflow_runs: [runJson(run)] })).toEqual([]);
  expect(contract.response('GET', runs, 200, { total_count: 1, workflow_runs: [{ id: 1 }] })).not.toEqual([]);
  expect(contract.request('GET', `${runs}?status=success&branch=main`, {}, undefined)).toEqual([]);
  expect(contract.request('GET', `${runs.replace('ci.yml', '7')}?status=green`, {}, undefined)).not.toEqual([]);
});

it('lets null be where it may be', () => {
  expect(contract.response('GET', path, 200, { ...runJson(run), head_commit: null })).toEqual([]);
});

// A check that can't fail is none: each of these was wrong once on purpose.
it.each`
  what                     | method   | at                           | status | body
  ${'a missing field'}     | ${'GET'} | ${path}                      | ${200} | ${{ ...runJson(run), head_sha: undefined }}
  ${'a wrong type'}        | ${'GET'} | ${path}                      | ${200} | ${{ ...runJson(run), id: 'x' }}
  ${'a wrong nested type'} | ${'GET'} | ${path}                      | ${200} | ${{ ...runJson(run), head_commit: { id: 5 } }}
  ${'nothing for null'}    | ${'GET'} | ${path}                      | ${200} | ${{ ...runJson(run), head_commit: {} }}
  ${'an unknown word'}     | ${'GET'} | ${`${path}/attempts/1/jobs`} | ${200} | ${{ total_count: 1, jobs: [{ ...jobJson(run, 1, 0), status: 'exploded' }] }}
`('finds $what in an answer', ({ method, at, status, body }) => {
  expect(contract.response(method, at, status, JSON.parse(JSON.stringify(body)))).not.toEqual([]);
});

it('finds what is wrong with a request', () => {
  expect(contract.request('GET', '/repos/acme/shop/actions/run/1', {}, undefined)).not.toEqual([]);
  expect(contract.request('GET', '/repos/acme/shop/actions/runs/one', {}, undefined)).not.toEqual([]);
  expect(
    contract.request(
      'POST',
      `${path}/rerun-failed-jobs`,
      { 'content-type': 'application/json' },
      { enable_debug_logging: 'yes' },
    ),
  ).not.toEqual([]);
  expect(contract.request('POST', `${path}/rerun-failed-jobs`, {}, undefined)).toEqual([]);
});
