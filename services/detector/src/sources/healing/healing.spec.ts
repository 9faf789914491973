import { ContractViolation } from '@prunella/contracts';
import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import { failureTypes } from './failure-report.ts';
import { healing } from './index.ts';

function read(body: unknown, headers: Record<string, string> = {}) {
  const heard = healing.read(
    { headers, query: new URLSearchParams(), body: Buffer.from(JSON.stringify(body)) },
    () => 'fresh',
  );
  if (heard.kind !== 'reports') throw new Error('expected a report');
  return heard.reports[0];
}

function fieldOf(body: unknown): string {
  try {
    read(body);
  } catch (error) {
    if (error instanceof ProblemException) return error.problem.field ?? '';
    if (error instanceof ContractViolation) return error.field;
    throw error;
  }
  return 'nothing: it was taken';
}

const failure = {
  event_type: 'pipeline_failed',
  pipeline_id: '42',
  error: { message: 'Connection timed out', type: 'ETIMEDOUT' },
};

describe('a failure', () => {
  it.each([...failureTypes, 'Pipeline-Failure', 'build.failed'])('%s is told as pipeline.failed', (event_type) => {
    expect(read({ ...failure, event_type })).toMatchObject({
      subject: 'pipeline.failed',
      id: 'fresh',
      data: {
        pipelineId: '42',
        platform: 'generic',
        kind: event_type.startsWith('deploy') ? 'deployment' : 'run',
        conclusion: 'failure',
        attempt: 1,
        error: { message: 'Connection timed out', type: 'ETIMEDOUT' },
        incidentId: expect.stringMatching(/^inc_/),
      },
    });
  });

  it('takes everything else that the contract knows', () => {
    const more = {
      ...failure,
      repository: 'octo/repo',
      run_id: '7',
      attempt: 2,
      head_sha: 'abc',
      metrics: { memory: 0.97 },
    };
    expect(read(more)).toMatchObject({
      id: 'run/7/attempt/2/failed',
      data: { repository: 'octo/repo', runId: '7', attempt: 2, headSha: 'abc', metrics: { memory: 0.97 } },
    });
  });

  it('is recognised by its Idempotency-Key', () => {
    expect(read(failure, { 'idempotency-key': 'k-1' }).id).toBe('k-1');
  });

  it.each`
    body                                                | field
    ${{}}                                               | ${'event_type'}
    ${{ ...failure, event_type: 'coffee_ready' }}       | ${'event_type'}
    ${{ ...failure, event_type: 7 }}                    | ${'event_type'}
    ${{ ...failure, pipeline_id: undefined }}           | ${'pipeline_id'}
    ${{ ...failure, pipeline_id: 42 }}                  | ${'pipeline_id'}
    ${{ ...failure, pipeline_id: '' }}                  | ${'pipeline_id'}
    ${{ ...failure, error: undefined }}                 | ${'error'}
    ${{ ...failure, error: 'text' }}                    | ${'error'}
    ${{ ...failure, error: { type: 'X' } }}             | ${'error.message'}
    ${{ ...failure, error: { message: 5 } }}            | ${'error.message'}
    ${{ ...failure, error: { message: 'm', type: 5 } }} | ${'error.type'}
    ${{ ...failure, attempt: 'two' }}                   | ${'attempt'}
    ${{ ...failure, conclusion: 'exploded' }}           | ${'conclusion'}
    ${{ ...failure, metrics: { memory: 'much' } }}      | ${'metrics'}
    ${[failure]}                                        | ${'body'}
  `('$body is refused by $field', ({ body, field }) => {
    expect(fieldOf(body)).toBe(field);
  });
});

describe('a start or an end', () => {
  const deployment = {
    ...{ pipeline_id: 'acme/shop/deploy/production', platform: 'github', repository: 'acme/shop', run_id: 'deploy/7' },
    ...{ attempt: 2, head_sha: 'c0ffee', environment: 'production' },
    workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
  };

  it('of a deployment is told with what the webhook of its platform does not know', () => {
    expect(read({ event_type: 'Deployment.Finished', conclusion: 'success', ...deployment })).toMatchObject({
      subject: 'pipeline.finished',
      id: 'deployment/deploy/7/attempt/2/finished',
      source: 'webhook/healing/acme%2Fshop%2Fdeploy%2Fproduction',
      data: {
        ...{ kind: 'deployment', conclusion: 'success', attempt: 2, headSha: 'c0ffee', environment: 'production' },
        workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
      },
    });
  });

  it.each`
    event_type               | kind            | subject
    ${'pipeline_started'}    | ${'run'}        | ${'pipeline.started'}
    ${'deploy_started'}      | ${'deployment'} | ${'pipeline.started'}
    ${'build_finished'}      | ${'run'}        | ${'pipeline.finished'}
    ${'deployment_finished'} | ${'deployment'} | ${'pipeline.finished'}
  `('$event_type is $subject of kind $kind', ({ event_type, kind, subject }) => {
    const told = read({ event_type, pipeline_id: '42', conclusion: 'success', more: 1 });
    expect(told).toMatchObject({ subject, id: 'fresh', data: { kind, pipelineId: '42', platform: 'generic' } });
  });

  it('belongs to the same incident as the failure of the same run', () => {
    const run = { pipeline_id: 'ci', run_id: '7', repository: 'octo/repo' };
    const ended = read({ event_type: 'run_finished', conclusion: 'success', ...run });
    expect(ended.data.incidentId).toBe(read({ ...failure, ...run }).data.incidentId);
  });

  it('is recognised by its Idempotency-Key', () => {
    expect(read({ event_type: 'run_started', pipeline_id: '42' }, { 'idempotency-key': 'k' }).id).toBe('k');
  });

  it.each`
    body                                                                                                         | field
    ${{ event_type: 'deployment_finished', pipeline_id: 'p' }}                                                   | ${'conclusion'}
    ${{ event_type: 'deployment_finished', pipeline_id: 'p', conclusion: 'well' }}                               | ${'conclusion'}
    ${{ event_type: 'deployment_finished', conclusion: 'success' }}                                              | ${'pipeline_id'}
    ${{ event_type: 'run_started' }}                                                                             | ${'pipeline_id'}
    ${{ event_type: 'run_started', pipeline_id: 'p', workload: 'web' }}                                          | ${'workload'}
    ${{ event_type: 'step_finished', pipeline_id: 'p', conclusion: 'success', error: { message: 'it is one' } }} | ${'event_type'}
  `('$body is refused by $field', ({ body, field }) => {
    expect(fieldOf(body)).toBe(field);
  });
});

describe('a request', () => {
  it('is a diagnosis that the policy decides about', () => {
    const request = {
      action: 'rollback',
      reason: 'error rate 20 %',
      requested_by: 'grafana',
      pipeline_id: 'shop/deploy',
      platform: 'kubernetes',
      workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
      parameters: { revision: 3 },
    };
    expect(read(request)).toMatchObject({
      subject: 'diagnosis.made',
      id: 'request/fresh',
      data: {
        incidentId: expect.stringMatching(/^inc_/),
        run: { pipelineId: 'shop/deploy', platform: 'kubernetes', attempt: 1, workload: { name: 'web' } },
        cause: 'unknown',
        confidence: 1,
        action: { type: 'rollback', parameters: { revision: 3 } },
        decidedBy: 'request:grafana',
        explanation: 'error rate 20 %',
        gaps: [],
      },
    });
  });

  it('joins the incident of the run it names', () => {
    const run = { pipeline_id: 'ci', repository: 'octo/repo', platform: 'github', run_id: '7' };
    expect(read({ action: 'retry', reason: 'r', ...run }).data.incidentId).toBe(
      read({ ...failure, ...run }).data.incidentId,
    );
  });

  it('without a pipeline says that there is nothing to act on', () => {
    expect(read({ action: 'Notify-Human', reason: 'look at it' }).data).toMatchObject({
      run: { pipelineId: 'unnamed', platform: 'generic' },
      action: { type: 'notify_human' },
      gaps: [expect.stringContaining('names no pipeline')],
    });
  });

  it.each`
    body                                                               | field
    ${{ action: 'explode', reason: 'r' }}                              | ${'action'}
    ${{ action: 7, reason: 'r' }}                                      | ${'action'}
    ${{ action: 'retry' }}                                             | ${'reason'}
    ${{ action: 'retry', reason: '' }}                                 | ${'reason'}
    ${{ action: 'retry', reason: 'r', parameters: 'x' }}               | ${'parameters'}
    ${{ action: 'retry', reason: 'r', pipeline_id: 7 }}                | ${'pipeline_id'}
    ${{ action: 'retry', reason: 'r', pipeline_id: 'p', attempt: -1 }} | ${'attempt'}
  `('$body is refused by $field', ({ body, field }) => {
    expect(fieldOf(body)).toBe(field);
  });
});

it('never throws anything but a refusal', () => {
  const body = fc.record({ ...known(), action: fc.jsonValue(), reason: fc.jsonValue() }, { requiredKeys: [] });
  fc.assert(
    fc.property(body, (json) => expect(typeof fieldOf(json)).toBe('string')),
    { numRuns: 300 },
  );
});

function known() {
  return {
    event_type: fc.oneof(fc.constantFrom('pipeline_failed', 'run_started', 'deployment_finished'), fc.jsonValue()),
    conclusion: fc.oneof(fc.constant('success'), fc.jsonValue()),
    pipeline_id: fc.oneof(fc.constant('42'), fc.jsonValue()),
    error: fc.oneof(fc.constant({ message: 'm' }), fc.jsonValue()),
    attempt: fc.jsonValue(),
    workload: fc.jsonValue(),
    jobs: fc.jsonValue(),
    started_at: fc.jsonValue(),
    incident_id: fc.jsonValue(),
  };
}
