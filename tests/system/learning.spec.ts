import type { FakeJob, FakeRun } from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

const LOG = [
  'npm run deploy',
  'quux-broker: no seat left in the licence pool',
  '##[error]Process completed with exit code 1.',
].join('\n');
const JOB: FakeJob = { name: 'deploy', conclusion: 'failure', failedStep: 'Run deploy', log: LOG };
const RULE = `rules:
  - id: quux-seat
    cause: service_unavailable
    says: The licence pool of quux has no seat left.
    match: { log: ["^quux-broker: no seat left"] }
    transient: 0.9
    confidence: 0.9
    action: { type: retry, parameters: { attempts: 1 } }
    examples:
      match: ["quux-broker: no seat left in the licence pool"]
      no_match: ["quux-broker: seat taken"]
`;
const POLICY = `version: 1
mode: act
attempts: 1
breaker: { failures: 100 }
learning: { demoteAfter: 3, promoteAfter: 2, margin: 0 }
`;

let system: System;
beforeAll(async () => {
  system = await startSystem({ policy: POLICY, rules: RULE });
}, 120_000);
afterAll(() => system?.stop());

/** A run of another pipeline each time, so that none counts for another. */
async function fails(name: string): Promise<FakeRun> {
  const run = system.github.addRun({
    ...{ repository: `acme/${name}`, headSha: name.padEnd(40, '0') },
    jobs: [JOB],
  });
  await system.deliver(run);
  return run;
}

const reran = (run: FakeRun) =>
  until(() => system.github.effects.some((effect) => effect.includes(`#${run.id} `)), `run ${run.id} is run again`);
const ends = async (run: FakeRun, conclusion: 'success' | 'failure') => {
  system.github.completeRun(run, conclusion, [{ ...JOB, conclusion }]);
  await system.deliver(run);
};
const decided = (run: FakeRun, status: string) =>
  incidentWith(
    system,
    (one) => (one as Incident & { runId: string }).runId === String(run.id) && one.status === status,
    `run ${run.id} is ${status}`,
  );
/** The newest word of the auditor, once all the diagnosers have it. */
const known = (fits: (update: { demoted?: string; healed: number }) => boolean) =>
  until(async () => {
    const entries = await (
      await system.bus.bucket<{ decidedBy: string; demoted?: string; healed: number }>('prunella_confidence')
    ).entries();
    return entries.some(({ value }) => value.decidedBy === 'rule:quux-seat' && fits(value));
  }, 'the diagnoser knows it');

it('a rule whose reruns do not help is only recommended, and says why; when people show that they help again, it acts again', async () => {
  for (const name of ['a', 'b', 'c']) {
    const run = await fails(name);
    await reran(run);
    await ends(run, 'failure');
  }
  await known(({ demoted }) => demoted !== undefined);

  const watched = await Promise.all(Array.from({ length: 8 }, (_, n) => fails(`d${n}`)));
  const [first] = await Promise.all(watched.map((run) => decided(run, 'recommended')));
  expect(first).toMatchObject({
    verdict: 'recommending',
    reason: expect.stringMatching(
      /recommended only: rule quux-seat was demoted on \d{4}-\d\d-\d\d: 0 of 3 outcomes of retry helped, lower bound 0\.\d+ < 0\.6/,
    ),
  });
  expect(system.github.effects).toHaveLength(3);

  for (const run of watched) {
    system.github.rerun(run);
    await ends(run, 'success');
  }
  await known(({ demoted, healed }) => demoted === undefined && healed === 8);
  const run = await fails('e');
  await reran(run);
  await decided(run, 'executed');
  const changes = await eventsOn(system.bus, 'standing.changed');
  expect(changes.map(({ standing }) => standing)).toEqual(['demoted', 'trusted']);
}, 120_000);
