import { createHmac } from 'node:crypto';
import { type CiReader, ProviderError, type RunDetails } from '@prunella/core';
import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import { answerOf, broken, changed } from '../../../test/broken.ts';
import { build, deploymentHook, jobHook, pipelineHook } from '../../../test/gitlab-hooks.ts';
import { isRunReport, type RunReport } from '../details.ts';
import type { Reach, Report } from '../source.ts';
import { gitlab } from './index.ts';
import { verifySender } from './token.ts';

const sha = 'bcbb5ec396a2c0f828686f14fac9b80b780504f2';

const answer = (event: string, body: unknown, more = {}) =>
  answerOf(gitlab, body, { 'x-gitlab-event': `${event} Hook`, ...more });

function reportOf(event: string, body: unknown): RunReport {
  const { heard, field } = answer(event, body);
  if (heard?.kind !== 'reports') throw new Error(`expected a report, found ${heard?.reason ?? field}`);
  const [report] = heard.reports;
  if (!isRunReport(report)) throw new Error(`expected one of a run, found ${report.subject}`);
  return report;
}

describe('a Pipeline Hook', () => {
  it('tells how a pipeline ended, with the jobs that failed', () => {
    expect(reportOf('Pipeline', pipelineHook())).toMatchObject({
      subject: 'pipeline.finished',
      id: 'pipeline/31/job/380/failed/2026-03-01T10:03:01.000Z',
      source: 'https://gitlab.example.com/acme/web/shop',
      time: '2026-03-01T10:03:01.000Z',
      newestJob: '380',
      data: {
        pipelineId: 'acme/web/shop',
        platform: 'gitlab',
        repository: 'acme/web/shop',
        runId: '31',
        attempt: 1,
        headSha: sha,
        branch: 'main',
        url: 'https://gitlab.example.com/acme/web/shop/-/pipelines/31',
        kind: 'run',
        conclusion: 'failure',
        startedAt: '2026-03-01T10:00:10Z',
        finishedAt: '2026-03-01T10:03:01Z',
        jobs: [
          {
            id: '380',
            name: 'unit',
            conclusion: 'failure',
            url: 'https://gitlab.example.com/acme/web/shop/-/jobs/380',
            runner: 'runner-1',
          },
        ],
      },
    });
  });

  it.each`
    status                    | conclusion
    ${'success'}              | ${'success'}
    ${'failed'}               | ${'failure'}
    ${'canceled'}             | ${'cancelled'}
    ${'skipped'}              | ${'skipped'}
    ${'manual'}               | ${'action_required'}
    ${'running'}              | ${'started'}
    ${'created'}              | ${undefined}
    ${'pending'}              | ${undefined}
    ${'preparing'}            | ${undefined}
    ${'waiting_for_resource'} | ${undefined}
    ${'canceling'}            | ${undefined}
    ${'scheduled'}            | ${undefined}
    ${'a_new_word'}           | ${undefined}
    ${'constructor'}          | ${undefined}
  `('$status is $conclusion', ({ status, conclusion }) => {
    const { heard } = answer('Pipeline', pipelineHook({ status }));
    if (conclusion === undefined) expect(heard).toMatchObject({ kind: 'ignored' });
    else if (conclusion === 'started') expect(heard).toMatchObject({ reports: [{ subject: 'pipeline.started' }] });
    else expect(heard).toMatchObject({ reports: [{ data: { conclusion } }] });
  });

  it('keeps the tries of a pipeline in one incident, and their events apart; the same told twice is one', () => {
    const first = reportOf('Pipeline', pipelineHook());
    const retried = pipelineHook({ finished_at: '2026-03-01 10:09:01 UTC' }, { builds: [build({ id: 381 })] });
    const second = reportOf('Pipeline', retried);
    expect(second.data.incidentId).toBe(first.data.incidentId);
    expect(second.id).not.toBe(first.id);
    expect(reportOf('Pipeline', pipelineHook({}, { user: { id: 6 } })).id).toBe(first.id);
  });

  it.each`
    what                                    | attributes                               | more                             | branch
    ${'a tag'}                              | ${{ ref: 'v1.0', tag: true }}            | ${{}}                            | ${'v1.0'}
    ${"a merge request's own"}              | ${{ source: 'merge_request_event' }}     | ${{ merge_request: { iid: 7 } }} | ${'refs/merge-requests/7/head'}
    ${'of a branch that has a request too'} | ${{ source: 'push', ref: 'feature/x' }}  | ${{ merge_request: { iid: 7 } }} | ${'feature/x'}
    ${'a child pipeline'}                   | ${{ source: 'parent_pipeline', id: 32 }} | ${{}}                            | ${'main'}
  `('$what has the branch $branch', ({ attributes, more, branch }) => {
    expect(reportOf('Pipeline', pipelineHook(attributes, more)).data).toMatchObject({ branch });
  });

  it.each`
    jobs                                                                            | error
    ${[{ failure_reason: 'runner_system_failure' }]}                                | ${{ type: 'runner_system_failure', message: 'a: GitLab says runner_system_failure' }}
    ${[{ failure_reason: 'api_failure' }, { failure_reason: 'api_failure' }]}       | ${{ type: 'api_failure', message: 'a, b: GitLab says api_failure' }}
    ${[{ failure_reason: 'script_failure' }]}                                       | ${undefined}
    ${[{ failure_reason: 'unknown_failure' }]}                                      | ${undefined}
    ${[{ failure_reason: null }]}                                                   | ${undefined}
    ${[{ failure_reason: 'api_failure' }, { failure_reason: 'script_failure' }]}    | ${undefined}
    ${[{ failure_reason: 'api_failure' }, { allow_failure: true }]}                 | ${{ type: 'api_failure' }}
    ${[{ failure_reason: 'api_failure', status: 'success' }, { status: 'failed' }]} | ${undefined}
  `('of $jobs says $error', ({ jobs, error }) => {
    const builds = (jobs as object[]).map((job, index) => build({ id: 400 + index, name: 'ab'[index], ...job }));
    const { data } = reportOf('Pipeline', pipelineHook({}, { builds }));
    if (error === undefined) expect(data).not.toHaveProperty('error');
    else expect(data).toMatchObject({ error });
  });

  it.each`
    reason                        | conclusion
    ${'job_execution_timeout'}    | ${'timed_out'}
    ${'stuck_or_timeout_failure'} | ${'timed_out'}
    ${'runner_system_failure'}    | ${'failure'}
  `('a job with $reason is $conclusion', ({ reason, conclusion }) => {
    const body = pipelineHook({}, { builds: [build({ failure_reason: reason })] });
    expect(reportOf('Pipeline', body).data).toMatchObject({ jobs: [{ conclusion }] });
  });

  it('without jobs and stages never was more than a broken configuration; with stages it began others', () => {
    const of = (stages: string[]) => reportOf('Pipeline', pipelineHook({ stages }, { builds: [] })).data;
    expect(of([])).toMatchObject({ conclusion: 'startup_failure' });
    expect(of(['deploy'])).toMatchObject({ conclusion: 'failure' });
  });

  it.each([
    '2026-03-01 10:03:01 UTC',
    '2026-03-01T10:03:01.000Z',
    '2026-03-01 11:03:01 +0100',
    '2026-03-01T11:03:01+01:00',
  ])('reads the time %s', (finished_at) => {
    expect(reportOf('Pipeline', pipelineHook({ finished_at })).time).toBe('2026-03-01T10:03:01.000Z');
  });
});

describe('a Job Hook', () => {
  it('tells a job of its pipeline, in the attempt that it was tried in', () => {
    const report = reportOf('Job', jobHook());
    expect(report).toMatchObject({
      id: 'pipeline/31/job/381/failed',
      data: {
        kind: 'job',
        runId: '31',
        attempt: 2,
        headSha: sha,
        environment: 'production',
        conclusion: 'failure',
        error: { type: 'runner_system_failure' },
        jobs: [{ id: '381', name: 'unit', runner: 'runner-1' }],
      },
    });
    expect(report).not.toHaveProperty('newestJob');
    expect(report.data.incidentId).toBe(reportOf('Pipeline', pipelineHook()).data.incidentId);
  });

  it('is asked for its attempt where GitLab does not count', () => {
    expect(reportOf('Job', jobHook({ retries_count: undefined }))).toMatchObject({ newestJob: '381' });
  });

  it('that passed says nothing of the reason that GitLab gives it', () => {
    const body = jobHook({ build_status: 'success', build_failure_reason: 'unknown_failure' });
    const { data } = reportOf('Job', body);
    expect(data).toMatchObject({ conclusion: 'success' });
    expect(data).not.toHaveProperty('error');
  });

  it.each(['created', 'pending', 'running', 'manual', 'canceling'])('%s has not ended', (build_status) => {
    expect(answer('Job', jobHook({ build_status })).heard).toMatchObject({ kind: 'ignored' });
  });

  it.each`
    homepage                                 | git_ssh_url                            | path
    ${'https://git.example/gitlab/acme/web'} | ${'git@git.example:acme/web.git'}      | ${'acme/web'}
    ${'https://git.example/acme/web'}        | ${'ssh://git@git.example:22/acme/web'} | ${'acme/web'}
    ${'https://git.example/acme/a/b'}        | ${undefined}                           | ${'acme/a/b'}
  `('finds the project of an older GitLab in its addresses: $path', ({ homepage, git_ssh_url, path }) => {
    const body = jobHook({ project: undefined, repository: { homepage, git_ssh_url } });
    expect(reportOf('Job', body).data).toMatchObject({ repository: path, pipelineId: path });
  });
});

describe('a Deployment Hook', () => {
  it.each`
    status        | subject                | conclusion
    ${'success'}  | ${'pipeline.finished'} | ${'success'}
    ${'canceled'} | ${'pipeline.finished'} | ${'cancelled'}
    ${'running'}  | ${'pipeline.started'}  | ${undefined}
  `('$status is $subject', ({ status, subject, conclusion }) => {
    expect(reportOf('Deployment', deploymentHook({ status }))).toMatchObject({
      subject,
      id: `deployment/15/${status}`,
      time: '2026-03-01T10:10:00.000Z',
      data: {
        pipelineId: 'acme/web/shop/deploy/production',
        runId: 'deployment/15',
        kind: 'deployment',
        headSha: sha,
        branch: 'main',
        environment: 'production',
        ...(conclusion && { conclusion }),
      },
    });
  });

  it('leaves the failure of a job to its pipeline, and tells that of other tools', () => {
    const failed = deploymentHook({ status: 'failed' });
    expect(answer('Deployment', failed).heard).toMatchObject({
      kind: 'ignored',
      reason: expect.stringContaining('796'),
    });
    expect(reportOf('Deployment', { ...failed, deployable_id: null }).data).toMatchObject({
      conclusion: 'failure',
      error: { type: 'deployment' },
    });
  });

  it.each(['created', 'blocked', 'toString'])('%s has not ended', (status) => {
    expect(answer('Deployment', deploymentHook({ status })).heard).toMatchObject({ kind: 'ignored' });
  });

  it('of an older GitLab has the number of its job', () => {
    const body = deploymentHook({ deployment_id: undefined });
    expect(reportOf('Deployment', body).data.runId).toBe('deployment/job/796');
    expect(answer('Deployment', { ...body, deployable_id: null })).toMatchObject({ field: 'deployment_id' });
  });
});

describe('what the API says besides', () => {
  const signal = AbortSignal.timeout(600_000);
  const completed = async (report: Report, details: RunDetails | undefined | ProviderError) => {
    const reader = {
      details: async (_run: unknown, newestJob: string) => {
        expect(newestJob).toBe(report.newestJob);
        if (details instanceof Error) throw details;
        return details;
      },
    };
    const reach: Reach = {
      reader: (id) => (id === 'gitlab' ? (reader as unknown as CiReader) : undefined),
      cluster: undefined,
    };
    return await gitlab.complete?.(report, reach, signal);
  };
  const failed = reportOf('Pipeline', pipelineHook());
  const began = reportOf('Pipeline', pipelineHook({ stages: [] }, { builds: [] }));
  const waited = reportOf('Pipeline', pipelineHook({}, { builds: [] }));

  it('is the attempt, the ref and when it began', async () => {
    const details = { attempt: 3, branch: 'refs/merge-requests/7/merge', startedAt: '2026-03-01T10:01:00.000Z' };
    expect(await completed(failed, details)).toMatchObject({ id: failed.id, data: { ...details, headSha: sha } });
  });

  it('of a job is its attempt, and not when that began', async () => {
    const report = reportOf('Job', jobHook({ retries_count: null }));
    expect(await completed(report, { attempt: 3, startedAt: '2026-01-01T00:00:00.000Z' })).toMatchObject({
      data: { kind: 'job', attempt: 3, startedAt: '2026-03-01T10:04:05Z' },
    });
  });

  it('is what is wrong with the configuration', async () => {
    expect(await completed(began, { problem: 'jobs:unit config contains unknown keys: scripts' })).toMatchObject({
      data: {
        conclusion: 'startup_failure',
        error: {
          type: 'config_error',
          message: expect.stringMatching(/^Found errors in your \.gitlab-ci\.yml:\njobs:unit/),
        },
      },
    });
  });

  it('is that pipelines of the same project failed, which tell it themselves; others may not', async () => {
    const child = { runId: '32', repository: 'acme/web/shop' };
    const other = { runId: '99', repository: 'acme/infra' };
    expect(await completed(waited, { failedDownstream: [child] })).toBeUndefined();
    expect(await completed(waited, { failedDownstream: [child, other] })).toMatchObject({
      data: { error: { type: 'downstream_pipeline', message: expect.stringContaining('pipeline 99 of acme/infra') } },
    });
    expect(await completed(failed, { failedDownstream: [child] })).toBeDefined();
  });

  it('may be nothing, or an error', async () => {
    expect(await completed(failed, undefined)).toBe(failed);
    await expect(completed(failed, new ProviderError('gitlab', 'unavailable', 'x'))).rejects.toThrow('unavailable');
    expect(await gitlab.complete?.(failed, { reader: () => undefined, cluster: undefined }, signal)).toBe(failed);
  });
});

describe('who may send', () => {
  const [token, key] = ['a token', Buffer.from('a key of some bytes')];
  const signing = `whsec_${key.toString('base64')}`;
  const now = 1_800_000_000_000;
  const body = Buffer.from('{"a":1}');
  const sign = (seconds: number, by = key) =>
    `v1,${createHmac('sha256', by).update(`msg-1.${seconds}.{"a":1}`).digest('base64')}`;
  const signed = (signature: string, seconds = now / 1_000) => ({
    'webhook-id': 'msg-1',
    'webhook-timestamp': String(seconds),
    'webhook-signature': signature,
  });
  const both = { GITLAB_WEBHOOK_TOKEN: token, GITLAB_WEBHOOK_SIGNING_TOKEN: signing };
  const good = sign(now / 1_000);

  it.each`
    who                                     | headers                                               | environment                                  | ok
    ${'the token'}                          | ${{ 'x-gitlab-token': token }}                        | ${{ GITLAB_WEBHOOK_TOKEN: token }}           | ${true}
    ${'another token'}                      | ${{ 'x-gitlab-token': 'a tokem' }}                    | ${{ GITLAB_WEBHOOK_TOKEN: token }}           | ${false}
    ${'no token'}                           | ${{}}                                                 | ${{ GITLAB_WEBHOOK_TOKEN: token }}           | ${false}
    ${'two tokens'}                         | ${{ 'x-gitlab-token': [token, token] }}               | ${{ GITLAB_WEBHOOK_TOKEN: token }}           | ${false}
    ${'a signature'}                        | ${signed(good)}                                       | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: signing }} | ${true}
    ${'one of two signatures'}              | ${signed(`v1,AAAA ${good}`)}                          | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: signing }} | ${true}
    ${'another signature'}                  | ${signed(sign(now / 1_000, Buffer.from('x')))}        | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: signing }} | ${false}
    ${'an old signature'}                   | ${signed(sign(now / 1_000 - 400), now / 1_000 - 400)} | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: signing }} | ${false}
    ${'a signature of another time'}        | ${signed(good, now / 1_000 + 1)}                      | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: signing }} | ${false}
    ${'a signature without an id'}          | ${{ ...signed(good), 'webhook-id': undefined }}       | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: signing }} | ${false}
    ${'the token where a signature is due'} | ${{ 'x-gitlab-token': token }}                        | ${{ GITLAB_WEBHOOK_SIGNING_TOKEN: signing }} | ${false}
    ${'the token where both are known'}     | ${{ 'x-gitlab-token': token }}                        | ${both}                                      | ${true}
    ${'the token with a wrong signature'}   | ${{ ...signed('v1,AAAA'), 'x-gitlab-token': token }}  | ${both}                                      | ${false}
    ${'anybody where nothing is set'}       | ${{ 'x-gitlab-token': token }}                        | ${{}}                                        | ${false}
    ${'anybody where that is allowed'}      | ${{}}                                                 | ${{ PRUNELLA_INSECURE_WEBHOOKS: true }}      | ${true}
  `('$who: $ok', ({ headers, environment, ok }) => {
    const delivery = { headers, query: new URLSearchParams(), body };
    const check = () => verifySender(delivery, { PRUNELLA_INSECURE_WEBHOOKS: false, ...environment }, now);
    if (ok) expect(check).not.toThrow();
    else expect(check).toThrow(ProblemException);
  });
});

describe('broken payloads', () => {
  const samples = {
    Pipeline: pipelineHook({}, { merge_request: { iid: 7 } }),
    Job: jobHook(),
    Deployment: deploymentHook(),
  };
  const bodies = Object.entries(samples) as [string, Record<string, unknown>][];

  it.each(bodies)('%s Hook with any field broken is taken, passed over or refused by a field of it', (event, body) => {
    let refused = 0;
    for (const { path, body: wrong } of broken(body)) {
      const { status, field } = answer(event, wrong);
      expect([0, 400]).toContain(status);
      if (status === 0) continue;
      refused += 1;
      expect(`${path}.`.startsWith(`${field}.`) || `${field}.`.startsWith(`${path}.`) || named(field, path)).toBe(true);
    }
    expect(refused).toBeGreaterThan(100);
  });

  /** What is too long is refused under the name that it has in our contract. */
  function named(field: string | undefined, path: string): boolean {
    const OURS: Record<string, string> = {
      ref: 'branch',
      url: 'url',
      deployable_url: 'url',
      environment: 'environment',
    };
    const last = path.split('.').at(-1) ?? '';
    return (
      field === OURS[last] ||
      ['pipelineId', 'repository', 'deployment_id', 'project', 'environment', 'runId'].includes(field ?? '')
    );
  }

  it('never throws anything but a refusal, whatever stands in a field', () => {
    const fields = bodies.flatMap(([event, body]) => [...broken(body)].map(({ path }) => ({ event, body, path })));
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), ({ event, body, path }, value) => {
        expect([0, 400]).toContain(answer(event, changed(body, path, value)).status);
      }),
      { numRuns: 300 },
    );
  });

  it.each`
    event         | body          | field
    ${undefined}  | ${{}}         | ${'X-Gitlab-Event'}
    ${'Pipeline'} | ${''}         | ${'body'}
    ${'Pipeline'} | ${'not json'} | ${'body'}
    ${'Pipeline'} | ${'[]'}       | ${'body'}
    ${'Pipeline'} | ${{}}         | ${'object_attributes'}
    ${'Job'}      | ${{}}         | ${'build_id'}
  `('$body for $event is refused by $field', ({ event, body, field }) => {
    const found = event === undefined ? answerOf(gitlab, body) : answer(event, body);
    expect(found).toEqual({ status: 400, field });
  });

  it.each(['Push Hook', 'System Hook', 'constructor', '__proto__'])(
    'event %s is passed over with a reason',
    (event) => {
      const headers = { 'x-gitlab-event': event };
      expect(answerOf(gitlab, {}, headers).heard).toEqual({
        kind: 'ignored',
        reason: expect.stringContaining('Pipeline Hook'),
      });
      expect(gitlab.eventOf({ headers, query: new URLSearchParams(), body: Buffer.alloc(0) })).toBe('other');
    },
  );
});

it('reads a pipeline with as many jobs as fit into a hook', () => {
  const builds = Array.from({ length: 200_000 }, (_, id) => ({ id, name: 'j', status: 'failed' }));
  const { newestJob, data } = reportOf('Pipeline', pipelineHook({}, { builds }));
  expect([newestJob, 'jobs' in data && data.jobs.length]).toEqual(['199999', 50]);
});

it('knows a delivery by what it says: its key is not signed', () => {
  const idOf = (body: unknown, key?: string) => {
    const { heard } = answer('Pipeline', body, {
      'x-gitlab-event-uuid': 'shared',
      ...(key && { 'idempotency-key': key }),
    });
    return heard?.kind === 'reports' ? heard.deliveryId : undefined;
  };
  expect(idOf(pipelineHook(), 'k-1')).toBe(idOf(pipelineHook(), 'k-2'));
  expect(idOf(pipelineHook())).toBe(idOf(pipelineHook()));
  expect(idOf(pipelineHook())).not.toBe(idOf(pipelineHook({ id: 32 })));
});
