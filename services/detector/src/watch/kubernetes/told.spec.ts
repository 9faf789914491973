import type { Health, Sighting } from './book.ts';
import { environmentOf } from './environments.ts';
import type { Finding } from './findings.ts';
import { failureOf, recoveryOf, type Saying, type Told } from './told.ts';
import type { WorkloadFacts } from './workload.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const SETTINGS = { environments: { 'shop-*': 'production' }, calmFor: 2 * MINUTE };

function workload(changes: Partial<WorkloadFacts> = {}): WorkloadFacts {
  return {
    uid: 'u1',
    kind: 'Deployment',
    namespace: 'shop-eu',
    name: 'web',
    pipeline: 'web',
    revision: 7,
    state: 'progressing',
    updating: false,
    provenance: { repository: 'acme/shop', headSha: 'abcdef1', branch: '' },
    ...changes,
  };
}

function sighting(type: Finding['type'], changes: Partial<Finding> = {}, of = workload(), hash = 'h1'): Sighting {
  const stage = ['ImagePullBackOff', 'Unschedulable', 'CreateContainerConfigError'].includes(type) ? 'waits' : 'fails';
  return {
    workload: of,
    hash,
    finding: { type, stage, container: 'app', message: 'it fails', stack: '', metrics: {}, ...changes },
  };
}

/** What is told of these, one after another, a minute apart. */
function telling(...steps: (Sighting | Health | 'calm')[]): Saying[] {
  const all = new Map<string, Told>();
  const said: Saying[] = [];
  let now = NOW;
  for (const step of steps) {
    now += step === 'calm' ? 10 * MINUTE : MINUTE;
    if (step === 'calm') continue;
    const sayings =
      'finding' in step
        ? [failureOf(step, all, SETTINGS, now)]
        : [...all.values()].map((told) => recoveryOf(told, step, SETTINGS, now));
    for (const saying of sayings) {
      if (saying === undefined) continue;
      all.set(saying.told.key, saying.told);
      said.push(saying);
    }
  }
  return said;
}

const well = (changes: Partial<Health> = {}): Health => ({
  workload: workload({ state: 'complete' }),
  well: true,
  ...changes,
});
const short = (sayings: Saying[]) => sayings.map(({ report, type }) => `${report.data.attempt} ${type ?? 'well'}`);

it.each`
  what                                              | steps                                                                         | said
  ${'a crash and what comes of it'}                 | ${['OOMKilled', 'CrashLoopBackOff', 'ProgressDeadlineExceeded', 'OOMKilled']} | ${['1 OOMKilled']}
  ${'that it waits, and then that it was given up'} | ${['ImagePullBackOff', 'ImagePullBackOff', 'ProgressDeadlineExceeded']}       | ${['1 ImagePullBackOff', '2 ProgressDeadlineExceeded']}
  ${'that it waits, and then for something else'}   | ${['Unschedulable', 'ImagePullBackOff']}                                      | ${['1 Unschedulable']}
  ${'that it is well, not at once'}                 | ${['OOMKilled', 'well', 'calm', 'well', 'well']}                              | ${['1 OOMKilled', '1 well']}
  ${'the next time as the next attempt'}            | ${['OOMKilled', 'calm', 'well', 'OOMKilled', 'calm', 'well']}                 | ${['1 OOMKilled', '1 well', '2 OOMKilled', '2 well']}
`('tells $what', ({ steps, said }) => {
  const sayings = telling(
    ...(steps as string[]).map((step) =>
      step === 'calm' ? 'calm' : step === 'well' ? well() : sighting(step as Finding['type']),
    ),
  );
  expect(short(sayings)).toEqual(said);
  // whatever is told twice is told with the same id, and nothing else is
  expect(new Set(sayings.map(({ report }) => report.id)).size).toBe(sayings.length);
  expect(new Set(sayings.map(({ told }) => told.incidentId)).size).toBe(1);
});

it('has to be well for twice as long each time', () => {
  const again = ['OOMKilled', 'calm', 'OOMKilled'] as const;
  const steps = again.flatMap<Sighting | Health | 'calm'>((step) =>
    step === 'calm' ? ['calm' as const, well()] : [sighting(step)],
  );
  // the second time two minutes are not enough, and four are
  expect(short(telling(...steps, well(), well(), well(), well()))).toEqual([
    '1 OOMKilled',
    '1 well',
    '2 OOMKilled',
    '2 well',
  ]);
  expect(short(telling(...steps, well(), well()))).toEqual(['1 OOMKilled', '1 well', '2 OOMKilled']);
});

it.each`
  what                               | health
  ${'what is not well'}              | ${well({ well: false })}
  ${'what had trouble a moment ago'} | ${well({ lastTroubleAt: NOW + 11 * MINUTE })}
`('says nothing of $what', ({ health }) => {
  expect(short(telling(sighting('OOMKilled'), 'calm', health as Health))).toEqual(['1 OOMKilled']);
});

it('does not tell of what happened before it was said to be well', () => {
  const at = NOW + MINUTE;
  const steps = [sighting('OOMKilled', { at }), 'calm' as const, well(), sighting('OOMKilled', { at })];
  expect(short(telling(...steps))).toEqual(['1 OOMKilled', '1 well']);
});

it('tells of another revision as of another incident', () => {
  const [first, second] = telling(sighting('OOMKilled'), sighting('OOMKilled', {}, workload({ revision: 8 }), 'h2'));
  expect(second?.told.incidentId).not.toBe(first?.told.incidentId);
});

it.each`
  revision | at           | key               | isSame
  ${8}     | ${NOW}       | ${'.1'}           | ${true}
  ${8}     | ${NOW}       | ${'.1-undo'}      | ${true}
  ${9}     | ${NOW}       | ${'.1'}           | ${false}
  ${8}     | ${NOW - 1e9} | ${'.1'}           | ${false}
  ${8}     | ${NOW}       | ${' by somebody'} | ${false}
`(
  'a revision $revision that the change of revision 7 ($key) made: the same incident is $isSame',
  ({ revision, at, key, isSame }) => {
    const [first] = telling(sighting('OOMKilled'));
    const change = { key: `${first?.told.incidentId}${key}`, at: at as number, revision: 7 };
    const [, second] = telling(
      sighting('OOMKilled'),
      sighting('CrashLoopBackOff', {}, workload({ revision, change }), 'h2'),
    );
    expect(second?.told.incidentId === first?.told.incidentId).toBe(isSame);
    expect(second?.report.data.attempt).toBe(isSame ? 2 : 1);
  },
);

it('says what a failure is about', () => {
  const [saying] = telling(sighting('OOMKilled', { exitCode: 137, metrics: { memory: 1 } }));
  expect(saying?.report).toMatchObject({
    subject: 'pipeline.failed',
    source: 'prunella/detector/kubernetes',
    data: {
      pipelineId: 'kubernetes/shop-eu/Deployment/web',
      platform: 'kubernetes',
      runId: 'u1.h1',
      repository: 'acme/shop',
      headSha: 'abcdef1',
      environment: 'production',
      kind: 'deployment',
      attempt: 1,
      workload: { kind: 'Deployment', namespace: 'shop-eu', name: 'web', container: 'app' },
      error: { type: 'OOMKilled', exitCode: 137 },
      metrics: { memory: 1 },
    },
  });
});

it.each`
  namespace    | environment
  ${'shop-eu'} | ${'production'}
  ${'tools'}   | ${'tools'}
`('the namespace $namespace is the environment $environment', ({ namespace, environment }) => {
  expect(environmentOf(namespace as string, SETTINGS.environments)).toBe(environment);
});
