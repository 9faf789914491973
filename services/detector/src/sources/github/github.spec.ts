import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ContractViolation } from '@prunella/contracts';
import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import type { Heard } from '../source.ts';
import { github } from './index.ts';

type Payload = Record<string, unknown>;

const published = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json'), 'utf8'),
) as { name: string; examples: Payload[] }[];

/** GitHub's own example, with some fields set. Paths as `workflow_run.conclusion`; undefined: taken out. */
function example(event: string, pick: (payload: Payload) => boolean, changes: Record<string, unknown> = {}): Payload {
  const found = published.find((entry) => entry.name === event)?.examples.find(pick);
  if (found === undefined) throw new Error(`no such example of ${event}`);
  return Object.entries(changes).reduce(
    (payload, [path, value]) => changed(payload, path, value),
    structuredClone(found),
  );
}

function changed(payload: Payload, path: string, value: unknown): Payload {
  const keys = path.split('.');
  const last = keys.pop() as string;
  const parent = keys.reduce<Payload>((at, key) => at[key] as Payload, payload);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return payload;
}

function read(event: string | undefined, body: unknown): Heard {
  const headers = { ...(event !== undefined && { 'x-github-event': event }), 'x-github-delivery': 'd-1' };
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  return github.read({ headers, query: new URLSearchParams(), body: Buffer.from(bytes) }, () => 'fresh');
}

function reportOf(heard: Heard) {
  if (heard.kind !== 'reports') throw new Error(`expected a report, found ${heard.reason}`);
  return heard.reports[0];
}

function refusal(event: string | undefined, body: unknown): { status: number; field: string | undefined } {
  try {
    return { status: 0, field: JSON.stringify(read(event, body)) };
  } catch (error) {
    if (error instanceof ProblemException) return { status: error.problem.status, field: error.problem.field };
    if (error instanceof ContractViolation) return { status: 400, field: error.field };
    throw error;
  }
}

const completedRun = (payload: Payload) =>
  payload['action'] === 'completed' && (payload['workflow_run'] as Payload)['conclusion'] === 'success';
const failedJob = (payload: Payload) =>
  payload['action'] === 'completed' && (payload['workflow_job'] as Payload)['conclusion'] === 'failure';
const otherCheck = (payload: Payload) =>
  payload['action'] === 'completed' &&
  (payload['check_run'] as { app?: { slug?: string } }).app?.slug !== 'github-actions';
const deployed = (payload: Payload) =>
  (payload['deployment_status'] as Payload)['state'] === 'success' && !('workflow_run' in payload);

describe('workflow_run', () => {
  it.each`
    head                                       | branch
    ${{ full_name: 'octo-org/octo-repo' }}     | ${'main'}
    ${{ full_name: 'Octo-Org/octo-repo' }}     | ${'main'}
    ${undefined}                               | ${'main'}
    ${{ full_name: 'mallory/octo-repo' }}      | ${'mallory:main'}
    ${{ full_name: 'octo-org/octo-repo-two' }} | ${'octo-org:main'}
    ${null}                                    | ${'unknown:main'}
  `('of the branch main of $head is one of $branch', ({ head, branch }) => {
    const changes = { 'workflow_run.head_branch': 'main', 'workflow_run.head_repository': head };
    const { data } = reportOf(read('workflow_run', example('workflow_run', completedRun, changes)));
    expect(data).toMatchObject({ repository: 'octo-org/octo-repo', branch });
  });

  it('tells how a run ended', () => {
    const report = reportOf(
      read('workflow_run', example('workflow_run', completedRun, { 'workflow_run.conclusion': 'failure' })),
    );
    expect(report).toMatchObject({
      subject: 'pipeline.finished',
      id: 'run/289782451/attempt/1/completed',
      source: 'https://github.com/octo-org/octo-repo',
      time: '2020-10-05T16:33:49Z',
      data: {
        pipelineId: 'octo-org/octo-repo/.github/workflows/test.yml',
        platform: 'github',
        repository: 'octo-org/octo-repo',
        runId: '289782451',
        attempt: 1,
        headSha: '3484a3fb816e0859fd6e1cea078d76385ff50625',
        branch: 'master',
        url: 'https://github.com/octo-org/octo-repo/actions/runs/289782451',
        kind: 'run',
        conclusion: 'failure',
        incidentId: expect.stringMatching(/^inc_/),
      },
    });
  });

  it.each(['requested', 'in_progress'])('%s starts the attempt', (action) => {
    const report = reportOf(read('workflow_run', example('workflow_run', completedRun, { action })));
    expect(report).toMatchObject({ subject: 'pipeline.started', id: `run/289782451/attempt/1/${action}` });
  });

  it('keeps all attempts of a run in one incident, and their events apart', () => {
    const [first, second] = [1, 2].map((run_attempt) =>
      reportOf(
        read('workflow_run', example('workflow_run', completedRun, { 'workflow_run.run_attempt': run_attempt })),
      ),
    );
    expect(second?.data.incidentId).toBe(first?.data.incidentId);
    expect(second?.id).not.toBe(first?.id);
  });

  it.each`
    path                                     | workflow                               | name
    ${'.github/workflows/ci.yml@refs/heads'} | ${undefined}                           | ${'.github/workflows/ci.yml'}
    ${undefined}                             | ${{ path: '.github/workflows/a.yml' }} | ${'.github/workflows/a.yml'}
    ${'dynamic/github-code-scanning/codeql'} | ${null}                                | ${'dynamic/github-code-scanning/codeql'}
  `('names the pipeline by its file $name', ({ path, workflow, name }) => {
    const body = example('workflow_run', completedRun, { 'workflow_run.path': path, workflow });
    expect(reportOf(read('workflow_run', body)).data).toMatchObject({ pipelineId: `octo-org/octo-repo/${name}` });
  });

  it('knows a GitHub Enterprise Server by its own address', () => {
    const body = example('workflow_run', completedRun, {
      'repository.html_url': 'https://git.example.com/octo-org/octo-repo',
    });
    expect(reportOf(read('workflow_run', body)).source).toBe('https://git.example.com/octo-org/octo-repo');
  });
});

describe('workflow_job', () => {
  it('tells a failed job with its first failed step, as a job of its run', () => {
    const report = reportOf(read('workflow_job', example('workflow_job', failedJob)));
    const { workflow_job: job } = example('workflow_job', failedJob) as unknown as {
      workflow_job: { id: number; run_id: number; name: string; steps: { name: string; conclusion: string }[] };
    };
    expect(report).toMatchObject({
      subject: 'pipeline.finished',
      id: `run/${job.run_id}/attempt/1/job/${job.id}/completed`,
      data: {
        kind: 'job',
        runId: String(job.run_id),
        conclusion: 'failure',
        jobs: [
          {
            id: String(job.id),
            name: job.name,
            conclusion: 'failure',
            failedStep: job.steps.find((step) => step.conclusion === 'failure')?.name,
          },
        ],
      },
    });
  });

  it('tells the steps that took a while, at most a hundred', () => {
    const step = (name: string, from: number | null, to: number, conclusion: string | null = 'success') => ({
      ...{ name, conclusion, status: 'completed', number: 1 },
      started_at: from === null ? null : `2026-03-01T10:00:${String(from).padStart(2, '0')}.000Z`,
      completed_at: `2026-03-01T10:00:${String(to).padStart(2, '0')}.000Z`,
    });
    const steps = [
      ...[step('Set up job', 0, 0), step('Install', 1, 20), step('Test', 20, 59, 'failure'), step('x', null, 5)],
      ...[step('skipped', 5, 6, 'skipped'), step('cut off', 5, 9, null), step('odd', 5, 9, 'odd')],
      { ...step('late', 1, 2), started_at: 'noon' },
    ];
    const told = (some: object[]) => {
      const { data } = reportOf(
        read('workflow_job', example('workflow_job', failedJob, { 'workflow_job.steps': some })),
      );
      return 'jobs' in data ? data.jobs[0]?.steps : undefined;
    };
    expect(told(steps)).toEqual([
      {
        ...{ name: 'Install', conclusion: 'success' },
        ...{ startedAt: '2026-03-01T10:00:01Z', finishedAt: '2026-03-01T10:00:20Z' },
      },
      expect.objectContaining({ name: 'Test', conclusion: 'failure' }),
      expect.objectContaining({ name: 'skipped' }),
    ]);
    expect(told(Array.from({ length: 300 }, (_, n) => step(`${n}`, 1, 2)))).toHaveLength(100);
  });

  it('shares the incident of its run', () => {
    const job = example('workflow_job', failedJob);
    const ids = {
      'workflow_run.id': (job['workflow_job'] as { run_id: number }).run_id,
      repository: job['repository'],
    };
    const run = example('workflow_run', completedRun, ids);
    expect(reportOf(read('workflow_job', job)).data.incidentId).toBe(
      reportOf(read('workflow_run', run)).data.incidentId,
    );
  });
});

describe('check_run', () => {
  it('tells a check of another app, with what it says', () => {
    const changes = {
      'check_run.conclusion': 'failure',
      'check_run.output': { title: 'Build failed', summary: 'connect ETIMEDOUT' },
    };
    expect(reportOf(read('check_run', example('check_run', otherCheck, changes)))).toMatchObject({
      subject: 'pipeline.finished',
      data: { kind: 'check', conclusion: 'failure', error: { message: 'Build failed\nconnect ETIMEDOUT' } },
    });
  });

  it('leaves the checks of GitHub Actions to workflow_run', () => {
    const body = example('check_run', otherCheck, { 'check_run.app': { slug: 'github-actions' } });
    expect(read('check_run', body)).toEqual({
      kind: 'ignored',
      reason: expect.stringContaining('workflow_run tells the same'),
    });
  });
});

describe('deployment_status', () => {
  it.each`
    state         | conclusion
    ${'success'}  | ${'success'}
    ${'failure'}  | ${'failure'}
    ${'error'}    | ${'failure'}
    ${'inactive'} | ${'stale'}
  `('$state ends the deployment as $conclusion', ({ state, conclusion }) => {
    const body = example('deployment_status', deployed, { 'deployment_status.state': state });
    expect(reportOf(read('deployment_status', body))).toMatchObject({
      subject: 'pipeline.finished',
      id: 'deployment/145988746/status/209916254',
      data: {
        kind: 'deployment',
        conclusion,
        runId: 'deployment/145988746',
        environment: 'production',
        branch: 'master',
      },
    });
  });

  it.each(['in_progress', 'queued', 'pending', 'waiting'])('%s has not ended', (state) => {
    const body = example('deployment_status', deployed, { 'deployment_status.state': state });
    expect(read('deployment_status', body).kind).toBe('ignored');
  });

  it('leaves the failure of a deploying job to its run', () => {
    const body = example('deployment_status', deployed, {
      'deployment_status.state': 'failure',
      workflow_run: { id: 7 },
    });
    expect(read('deployment_status', body)).toEqual({ kind: 'ignored', reason: expect.stringContaining('run 7') });
  });
});

describe("all of GitHub's examples", () => {
  const events = [
    'workflow_run',
    'workflow_job',
    'check_run',
    'deployment_status',
    'ping',
    'push',
    'pull_request',
    'star',
  ];
  const cases = events.flatMap((event) =>
    (published.find((entry) => entry.name === event)?.examples ?? []).map((payload, index) => ({
      event,
      index,
      payload,
    })),
  );
  it.each(cases)('$event $index is reported, passed over, or refused by a field', ({ event, payload }) => {
    const { status, field } = refusal(event, payload);
    // One published example is completed without a conclusion.
    if (status !== 0) expect(field).toBe('workflow_run.conclusion');
    expect([0, 400]).toContain(status);
  });
});

describe('broken payloads', () => {
  const USED: Record<string, { body: () => Payload; needed: string[]; optional: string[] }> = {
    workflow_run: {
      body: () => example('workflow_run', completedRun),
      needed: [
        'action',
        'repository',
        'repository.full_name',
        'repository.html_url',
        'workflow_run',
        'workflow_run.id',
        'workflow_run.run_attempt',
        'workflow_run.head_sha',
        'workflow_run.html_url',
        'workflow_run.created_at',
        'workflow_run.updated_at',
        'workflow_run.conclusion',
      ],
      optional: ['workflow_run.name', 'workflow_run.head_branch', 'workflow_run.run_started_at'],
    },
    workflow_job: {
      body: () => example('workflow_job', failedJob),
      needed: [
        'action',
        'repository',
        'workflow_job',
        'workflow_job.id',
        'workflow_job.run_id',
        'workflow_job.name',
        'workflow_job.head_sha',
        'workflow_job.started_at',
        'workflow_job.completed_at',
        'workflow_job.conclusion',
      ],
      optional: [
        'workflow_job.run_attempt',
        'workflow_job.workflow_name',
        'workflow_job.runner_name',
        'workflow_job.steps',
      ],
    },
    check_run: {
      body: () => example('check_run', otherCheck),
      needed: [
        'action',
        'repository',
        'check_run',
        'check_run.id',
        'check_run.name',
        'check_run.conclusion',
        'check_run.completed_at',
      ],
      optional: [
        'check_run.output',
        'check_run.app',
        'check_run.check_suite',
        'check_run.started_at',
        'check_run.details_url',
      ],
    },
    deployment_status: {
      body: () => example('deployment_status', deployed),
      needed: [
        'action',
        'repository',
        'deployment_status',
        'deployment_status.id',
        'deployment_status.state',
        'deployment_status.updated_at',
        'deployment',
        'deployment.id',
        'deployment.sha',
        'deployment.environment',
      ],
      optional: ['deployment_status.description', 'deployment_status.log_url', 'deployment.ref', 'deployment.task'],
    },
  };
  const WRONG: unknown[] = [{}, [], true, -1.5, { toString: 'x' }, '\u0000'];
  const fields = Object.entries(USED).flatMap(([event, { needed, optional }]) => [
    ...needed.map((path) => ({ event, path, isNeeded: true })),
    ...optional.map((path) => ({ event, path, isNeeded: false })),
  ]);

  it.each(fields)('$event without $path: refused is $isNeeded, and it is named', ({ event, path, isNeeded }) => {
    const body = changed(USED[event]?.body() as Payload, path, undefined);
    const { status, field } = refusal(event, body);
    expect(status).toBe(isNeeded ? 400 : 0);
    if (isNeeded) expect(field).toMatch(new RegExp(`^${path.replaceAll('.', '\\.')}(\\.|$)`));
  });

  it.each(fields)(
    '$event with a wrong type in $path is refused by that name, or it did not matter',
    ({ event, path }) => {
      for (const wrong of WRONG) {
        const { status, field } = refusal(event, changed(USED[event]?.body() as Payload, path, wrong));
        if (status !== 0) {
          expect(status).toBe(400);
          expect(field?.startsWith(path)).toBe(true);
        } else expect(typeof wrong === 'object' || typeof wrong === 'string').toBe(true);
      }
    },
  );

  it('never throws anything but a refusal, whatever stands in a used field', () => {
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), ({ event, path }, value) => {
        const { status } = refusal(event, changed(USED[event]?.body() as Payload, path, value));
        expect([0, 400]).toContain(status);
      }),
      { numRuns: 300 },
    );
  });

  it.each`
    event             | body          | field
    ${undefined}      | ${{}}         | ${'X-GitHub-Event'}
    ${'workflow_run'} | ${''}         | ${'body'}
    ${'workflow_run'} | ${'not json'} | ${'body'}
    ${'workflow_run'} | ${'[]'}       | ${'body'}
    ${'workflow_run'} | ${'null'}     | ${'body'}
    ${'workflow_run'} | ${'"a"'}      | ${'body'}
  `('$body for $event is refused by $field', ({ event, body, field }) => {
    expect(refusal(event, body)).toEqual({ status: 400, field });
  });

  it.each(['push', 'constructor', '__proto__', 'star'])('event %s is passed over with a reason', (event) => {
    expect(read(event, {})).toEqual({ kind: 'ignored', reason: expect.stringContaining('workflow_run') });
    expect(
      github.eventOf({ headers: { 'x-github-event': event }, query: new URLSearchParams(), body: Buffer.alloc(0) }),
    ).toBe('other');
  });
});
