import type { Run } from '@prunella/contracts';
import fc from 'fast-check';
import { deployed, filled, isAbout, joined, keysOf, recovered, type Thread, type Told, troubled } from './thread.ts';

const HOUR = 3_600_000;
const api = { kind: 'Deployment', namespace: 'shop', name: 'api', container: '' };

function run(changes: Partial<Run> = {}): Run {
  return {
    ...{ pipelineId: 'alert/Errors/shop/api', platform: 'alertmanager', repository: '', runId: 'alert/1', attempt: 1 },
    ...{ headSha: '', branch: '', environment: '', url: '', name: '', kind: 'deployment', workload: api },
    ...changes,
  };
}
const told = (runId: string, type = 'Errors', changes: Partial<Run> = {}): Told => ({
  run: run({ runId, ...changes }),
  incidentId: `inc_${runId}`,
  type,
});
const release = run({
  ...{ platform: 'github', kind: 'run', runId: '77', attempt: 2, headSha: 'abc', repository: 'acme/shop' },
  ...{ environment: 'production', branch: 'main' },
});
const led = deployed(release, 'inc_77', 1_000);

/** Tells one after another; gives the thread and the attempts. */
function tellAll(thread: Thread, ...all: readonly Told[]): { thread: Thread; attempts: number[] } {
  const attempts: number[] = [];
  let now = thread;
  for (const one of all) {
    const step = joined(now, one, 2_000);
    now = step.thread;
    attempts.push(step.attempt);
  }
  return { thread: now, attempts };
}

describe('the keys of a run', () => {
  const commit = { workload: undefined, repository: 'acme/shop', headSha: 'abc' };
  it.each`
    what                                   | one                                                             | other                                                               | same
    ${'a workload, whatever its kind'}     | ${{}}                                                           | ${{ workload: { ...api, kind: 'Rollout' }, pipelineId: 'another' }} | ${true}
    ${'a workload in its environment'}     | ${{ workload: { ...api, namespace: '' }, environment: 'shop' }} | ${{}}                                                               | ${true}
    ${'another workload'}                  | ${{}}                                                           | ${{ workload: { ...api, name: 'web' } }}                            | ${false}
    ${'a commit'}                          | ${commit}                                                       | ${{ ...commit, platform: 'kubernetes', pipelineId: 'x' }}           | ${true}
    ${'a commit of a run that deploys'}    | ${commit}                                                       | ${{ ...commit, kind: 'run', environment: 'production' }}            | ${true}
    ${'a commit of a run that only tests'} | ${commit}                                                       | ${{ ...commit, kind: 'run' }}                                       | ${false}
    ${'an alert about no workload'}        | ${{ workload: undefined }}                                      | ${{ workload: undefined, runId: 'alert/2' }}                        | ${true}
    ${'another alert about no workload'}   | ${{ workload: undefined }}                                      | ${{ workload: undefined, pipelineId: 'alert/Slow' }}                | ${false}
  `('$what: $same', ({ one, other, same }) => {
    const [a, b] = [keysOf(withoutUndefined(one)), keysOf(withoutUndefined(other))];
    expect(a.some((key) => b.includes(key))).toBe(same);
  });
});

function withoutUndefined(changes: Record<string, unknown>): Run {
  return JSON.parse(JSON.stringify({ ...run(), ...changes })) as Run;
}

describe('what is about the same thing', () => {
  it.each`
    what                         | changes                                       | later       | is
    ${'an alert soon after'}     | ${{}}                                         | ${HOUR}     | ${true}
    ${'an alert long after'}     | ${{}}                                         | ${HOUR + 1} | ${false}
    ${'pods of the same commit'} | ${{ platform: 'kubernetes', headSha: 'abc' }} | ${10}       | ${true}
    ${'pods of another commit'}  | ${{ platform: 'kubernetes', headSha: 'def' }} | ${10}       | ${false}
  `('$what: $is', ({ changes, later, is }) => {
    expect(isAbout(led, { run: run(changes), incidentId: 'inc_x' }, led.at + later, HOUR)).toBe(is);
  });

  it('is one thing that a cluster rolled out, not the next', () => {
    const pods = troubled(told('rev-1', 'OOMKilled', { platform: 'kubernetes' }), 0);
    const next = { run: run({ platform: 'kubernetes', runId: 'rev-2' }), incidentId: 'inc_rev-2' };
    expect(isAbout(pods, next, 1, HOUR)).toBe(false);
    expect(isAbout(pods, { ...next, run: run({ platform: 'kubernetes', runId: 'rev-1' }) }, 1, HOUR)).toBe(true);
  });

  it('is what was told there before, however late', () => {
    const { thread } = tellAll(led, told('a'));
    expect(isAbout(thread, told('a'), 99 * HOUR, HOUR)).toBe(true);
    expect(isAbout(thread, told('b'), 99 * HOUR, HOUR)).toBe(false);
  });
});

describe('what joins', () => {
  it('counts each trouble as an attempt of its own, and more of the same as the same', () => {
    const { attempts } = tellAll(led, told('a'), told('b'), told('c', 'OOMKilled'), told('b'), told('a', 'OOMKilled'));
    // The last one is a copy that calls itself differently: it was told before.
    expect(attempts).toEqual([101, 101, 102, 101, 101]);
  });

  it('goes on with the attempts of a deployment, which cannot be run again', () => {
    const alert = troubled(told('a'), 0);
    expect(tellAll(alert, told('a'), told('b'), told('c', 'OOMKilled')).attempts).toEqual([1, 1, 2]);
  });

  it('is a new attempt when it is a deployment that somebody tried again', () => {
    const first = told('deployment/1', 'deployment', { platform: 'github', headSha: 'abc' });
    const again = told('deployment/2', 'deployment', { platform: 'github', headSha: 'abc' });
    expect(tellAll(troubled(first, 0), first, again, again).attempts).toEqual([1, 2, 2]);
  });

  it('leaves the attempt to the one that leads', () => {
    const watch: Told = { run: release, incidentId: 'inc_77', type: 'PostDeployErrorRate' };
    expect(tellAll(led, watch, told('a'), watch).attempts).toEqual([2, 101, 2]);
  });

  it('is a new attempt when all that told it went well meanwhile', () => {
    const { thread } = tellAll(led, told('a'), told('b'));
    const one = recovered(thread, run({ runId: 'a' }), 9_000);
    expect(tellAll(one?.thread as Thread, told('c')).attempts).toEqual([101]);
    const both = recovered(one?.thread as Thread, run({ runId: 'b' }), 9_000);
    expect(both?.attempt).toBe(101);
    expect(tellAll(both?.thread as Thread, told('a'), told('c')).attempts).toEqual([101, 102]);
    expect(recovered(thread, run({ runId: 'z' }), 9_000)).toBeUndefined();
  });

  it('knows from the leader what it does not say itself', () => {
    expect(filled(run({ repository: 'mine' }), led)).toMatchObject({
      ...{ repository: 'mine', headSha: 'abc', branch: 'main', environment: 'production', runId: 'alert/1' },
    });
  });

  it('gives the same answer for the same event at any time, and stays small', () => {
    const event = fc.record({ id: fc.nat(30).map(String), type: fc.constantFrom('Errors', 'OOMKilled', 'Slow') });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const first = new Map<string, number>();
        let thread = led;
        for (const { id, type } of events) {
          const step = joined(thread, told(id, type), 5_000);
          thread = step.thread;
          expect(step.attempt).toBe(first.get(id) ?? step.attempt);
          first.set(id, step.attempt);
          expect(joined(thread, told(id, type), 9_000).attempt).toBe(step.attempt);
        }
        expect(new Set(thread.troubles.map(({ attempt }) => attempt)).size).toBe(thread.troubles.length);
        expect(thread.troubles.length).toBeLessThanOrEqual(20);
      }),
    );
  });
});

describe('what went well', () => {
  const failed = told('deployment/1', 'deployment', { platform: 'github', headSha: 'abc', environment: 'production' });
  const pods = told('rev-2', 'CrashLoopBackOff', { platform: 'kubernetes', environment: 'shop' });
  const { thread } = tellAll(troubled(pods, 1_000), failed, told('a'));
  const attemptsOf = (t: Thread | undefined) => t?.troubles.filter(({ open }) => open.length > 0).map((o) => o.attempt);

  it.each`
    what                                         | changes                                                                 | attempt      | open
    ${'the workload, by the cluster'}            | ${{ platform: 'kubernetes', runId: 'rev-2' }}                           | ${2}         | ${[3]}
    ${'another revision of it'}                  | ${{ platform: 'kubernetes', runId: 'rev-3' }}                           | ${2}         | ${[3]}
    ${'another workload, by the cluster'}        | ${{ platform: 'kubernetes', workload: { ...api, name: 'web' } }}        | ${undefined} | ${undefined}
    ${'a workload that nobody names'}            | ${{ platform: 'kubernetes', workload: undefined }}                      | ${undefined} | ${undefined}
    ${'the deployment that is tried again'}      | ${{ platform: 'github', runId: 'deployment/2', environment: 'shop' }}   | ${2}         | ${[3]}
    ${'a deployment to another environment'}     | ${{ platform: 'github', runId: 'deployment/2', environment: 'canary' }} | ${undefined} | ${undefined}
    ${'an alert, which ends what it told alone'} | ${{ runId: 'a' }}                                                       | ${3}         | ${[1, 2]}
    ${'another alert'}                           | ${{ runId: 'b' }}                                                       | ${undefined} | ${undefined}
    ${'a run, which is no deployment'}           | ${{ platform: 'github', runId: '9', kind: 'run' }}                      | ${undefined} | ${undefined}
  `('of $what ends attempt $attempt and leaves $open', ({ changes, attempt, open }) => {
    const end = recovered(thread, withoutUndefined(changes), 3_000);
    expect([end?.attempt, attemptsOf(end?.thread)]).toEqual([attempt, open]);
  });

  it('ends what the same run told as an earlier attempt, too', () => {
    const worse = told('a', 'CheckErrorRate', { attempt: 2 });
    const { thread: both, attempts } = tellAll(thread, worse);
    expect(attempts).toEqual([4]);
    const end = recovered(both, worse.run, 3_000);
    expect([end?.attempt, attemptsOf(end?.thread)]).toEqual([4, [1, 2]]);
  });

  it('before the trouble is nothing, and told again is the same', () => {
    const healthy = run({ platform: 'kubernetes', runId: 'rev-3' });
    expect(recovered(thread, healthy, 999)).toBeUndefined();
    const once = recovered(thread, healthy, 3_000);
    expect(recovered(once?.thread as Thread, healthy, 4_000)).toEqual(once);
  });
});
