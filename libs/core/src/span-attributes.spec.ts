import { eventAttributes, runAttributes } from './span-attributes.ts';

/** Without what is left out. */
function told(attributes: object): object {
  return JSON.parse(JSON.stringify(attributes)) as object;
}

const RUN = {
  ...{ pipelineId: 'acme/shop/.github/workflows/ci.yml', platform: 'github', repository: 'acme/shop', runId: '42' },
  ...{ attempt: 2, headSha: 'c0ffee', branch: 'main', environment: '', name: 'CI', kind: 'run' as const },
  url: 'https://github.com/acme/shop/actions/runs/42',
};

const VCS = {
  'vcs.repository.name': 'shop',
  'vcs.owner.name': 'acme',
  'vcs.repository.url.full': 'https://github.com/acme/shop',
  'vcs.ref.head.name': 'main',
  'vcs.ref.head.revision': 'c0ffee',
  'prunella.attempt': 2,
  'prunella.platform': 'github',
};

it('tells a run in the words of OpenTelemetry', () => {
  expect(told(runAttributes({ ...RUN, conclusion: 'timed_out' }))).toEqual({
    ...VCS,
    'cicd.pipeline.name': 'CI',
    'cicd.pipeline.run.id': '42',
    'cicd.pipeline.result': 'timeout',
    'cicd.pipeline.run.url.full': RUN.url,
  });
});

it('tells a job as a task of its run, whose result it is not', () => {
  expect(told(runAttributes({ ...RUN, kind: 'job', name: 'build', conclusion: 'failure' }))).toEqual({
    ...VCS,
    'cicd.pipeline.name': RUN.pipelineId,
    'cicd.pipeline.run.id': '42',
    'cicd.pipeline.task.name': 'build',
    'cicd.pipeline.task.run.result': 'failure',
    'cicd.pipeline.task.run.url.full': RUN.url,
  });
});

it.each`
  conclusion     | status
  ${'success'}   | ${'succeeded'}
  ${'failure'}   | ${'failed'}
  ${'cancelled'} | ${undefined}
`('a deployment that ended $conclusion has the status $status', ({ conclusion, status }) => {
  const run = { ...RUN, kind: 'deployment' as const, name: 'shop/web', environment: 'production' };
  expect(runAttributes({ ...run, conclusion: conclusion as 'success' })).toMatchObject({
    ...{ 'deployment.id': '42', 'deployment.name': 'shop/web', 'deployment.environment.name': 'production' },
    'deployment.status': status,
  });
});

it.each`
  url                                                             | shown
  ${'https://user:password@ci.example/acme/shop/1?token=x#there'} | ${'https://ci.example/acme/shop/1'}
  ${'javascript:alert(1)'}                                        | ${undefined}
  ${'not an address'}                                             | ${undefined}
`('shows of $url $shown', ({ url, shown }) => {
  expect(runAttributes({ ...RUN, url: url as string })['cicd.pipeline.run.url.full']).toBe(shown);
});

it('tells what was decided, and none of what stands in a log', () => {
  const data = {
    ...{ incidentId: 'inc_1', run: RUN, cause: 'network', decidedBy: 'rule:npm-network', confidence: 0.9 },
    action: { type: 'retry', parameters: { secret: 'SECRET' } },
    ...{ verdict: 'acting', mode: 'act', status: 'executed', explanation: 'SECRET', evidence: [{ text: 'SECRET' }] },
  };
  const attributes = told(eventAttributes('action.executed', data));
  expect(attributes).toMatchObject({
    'prunella.incident.id': 'inc_1',
    'prunella.cause': 'network',
    'prunella.action': 'retry',
    'prunella.verdict': 'acting',
    'prunella.mode': 'act',
    'prunella.status': 'executed',
    'prunella.decided_by': 'rule:npm-network',
    'prunella.confidence': 0.9,
    'cicd.pipeline.run.id': '42',
  });
  expect(JSON.stringify(attributes)).not.toContain('SECRET');
});

it('bounds what others wrote', () => {
  const run = { ...RUN, branch: 'b'.repeat(10_000), name: 'n'.repeat(10_000) };
  expect(JSON.stringify(runAttributes(run)).length).toBeLessThan(2_500);
});

it('says nothing of an event that is about no run', () => {
  expect(told(eventAttributes('confidence.updated', { decidedBy: 'rule:x', action: 'retry' }))).toEqual({
    'prunella.decided_by': 'rule:x',
    'prunella.action': 'retry',
  });
});
