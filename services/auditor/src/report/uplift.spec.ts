import { defaultPolicy } from '@prunella/policy';
import { diagnosedFailures, Store, tallyArms } from '@prunella/store';
import { startTestPostgres, type TestServer } from '@prunella/testing';
import { BEGIN, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { audit } from '../audit.ts';
import { upliftReport } from './uplift.ts';

const HOUR = 60 * MINUTE;
const NOW = BEGIN + 24 * HOUR;
const SETTINGS = {
  ...{ settleWithinMs: 6 * HOUR, reverseWithinMs: HOUR, source: 'prunella/auditor' },
  ...{ defaultBranches: ['main'], testsKeptMs: HOUR, policy: () => defaultPolicy },
};
const WHICH = { actions: ['retry_with_backoff'], withinMs: 6 * HOUR, now: new Date(NOW) };
const RANGE = { from: new Date(BEGIN), to: new Date(NOW) };

let postgres: TestServer;
let store: Store;
beforeAll(async () => {
  postgres = await startTestPostgres();
  store = await Store.open({ url: postgres.url, name: 'uplift' });
}, 60_000);
afterAll(async () => {
  await store.close();
  await postgres.stop();
});
beforeEach(() =>
  store.transaction((tx) =>
    tx.query('TRUNCATE events, incidents, decisions, healings, confidence, confidence_days, outbox, debt_entries'),
  ),
);

const reason = (allows: boolean) => ({ reasons: [{ check: 'hold-out', allows, says: '' }] });
const DONE = {
  treated: ['executed', reason(true)],
  unchosen: ['executed', {}],
  asked: ['executed', { verdict: 'asking' }],
  held_out: ['observed', { ...reason(false), verdict: 'observing' }],
  watched: ['observed', { verdict: 'observing' }],
  recommended: ['recommended', { verdict: 'recommending' }],
} as const;

/** A run that failed, what was done about it, and how its next attempt ended. */
function run(name: string, done: keyof typeof DONE, ending?: 'success' | 'failure', about: object = {}): Told[] {
  const story = new Story(name, { headSha: name, ...about });
  const [status, details] = DONE[done];
  const told = [story.failed(), story.diagnosed(), story.executed(status, { at: 12, ...details })];
  if (ending !== undefined) told.push(story.finished(ending, { attempt: 2 }));
  return ending === 'failure' ? [...told, story.failed({ attempt: 2 }), story.diagnosed({ attempt: 2 })] : told;
}

const take = (...told: Told[]) => audit(store, recorded(...told), NOW, SETTINGS);
const tallies = (now = NOW) => store.read((manager) => tallyArms(manager, RANGE, { ...WHICH, now: new Date(now) }));

it.each<[string, Told[], [string, boolean, number, number, number][]]>([
  ['done and proven', run('a', 'treated', 'success'), [['treated', true, 1, 1, 0]]],
  ['done and failed', run('a', 'treated', 'failure'), [['treated', true, 1, 0, 0]]],
  ['done, not known yet', run('a', 'treated'), [['treated', true, 0, 0, 1]]],
  ['done where nobody was held out', run('a', 'unchosen', 'success'), [['treated', false, 1, 1, 0]]],
  ['done because a person said yes', run('a', 'asked', 'success'), []],
  ['held out, and it passed', run('a', 'held_out', 'success'), [['held_out', false, 1, 1, 0]]],
  ['held out, and it failed again', run('a', 'held_out', 'failure'), [['held_out', false, 1, 0, 0]]],
  ['held out, and nobody did anything', run('a', 'held_out'), [['held_out', false, 1, 0, 0]]],
  ['watched by mode', run('a', 'watched', 'success'), []],
  ['recommended, and somebody did it', run('a', 'recommended', 'success'), [['recommended', false, 1, 1, 0]]],
  ['held out, no run ids, the next one passed', noIds('success'), [['held_out', false, 1, 1, 0]]],
  ['held out, no run ids, the next one failed', noIds('failure'), [['held_out', false, 1, 0, 0]]],
])('%s', async (_what, told, expected) => {
  await take(...told);
  const found = await tallies();
  expect(found.map(({ arm, chosen, cases, successes, pending }) => [arm, chosen, cases, successes, pending])).toEqual(
    expected,
  );
});

function noIds(conclusion: string): Told[] {
  const about = { platform: 'generic', repository: '', runId: '', pipelineId: 'nightly' };
  return [
    ...run('nightly-1', 'held_out', undefined, about),
    new Story('nightly-2', about).finished(conclusion, { at: 30 }),
    new Story('nightly-3', about).finished('success', { at: 60 }),
  ];
}

it('what passed too late did not pass in time, and what may yet pass is no case', async () => {
  const late = new Story('late');
  await take(late.failed(), late.diagnosed(), late.executed('observed', { at: 12, ...reason(false) }));
  await take(late.finished('success', { attempt: 2, at: 12 + 6 * 60 + 1 }));
  expect(await tallies()).toMatchObject([{ cases: 1, successes: 0, pending: 0 }]);
  expect(await tallies(BEGIN + HOUR)).toMatchObject([{ cases: 0, pending: 1 }]);
});

it('is reported with its interval, overall and by cause, and not where it is too little', async () => {
  const many = (count: number, done: keyof typeof DONE, passed: number) =>
    Array.from({ length: count }, (_, n) => run(`${done}-${n}`, done, n < passed ? 'success' : 'failure')).flat();
  await take(...many(20, 'treated', 18), ...many(12, 'held_out', 3));
  const { overall, causes } = upliftReport(await tallies());
  expect(overall).toMatchObject({
    ...{ method: 'hold-out', treated: { successes: 18, cases: 20 }, control: { successes: 3, cases: 12 } },
    says: expect.stringMatching(/^90 % of 20 were healed, 25 % of 12 .* \+65 points \(95 % .*: healing helps\.$/),
  });
  expect(overall.difference?.low).toBeGreaterThan(0.3);
  expect(causes).toEqual([{ ...overall, cause: 'network' }]);
  await store.transaction((tx) =>
    tx.query(
      `DELETE FROM decisions WHERE arm = 'held_out' AND incident_id IN (SELECT incident_id FROM events WHERE data->'run'->>'runId' LIKE 'held\\_out-1%')`,
    ),
  );
  const { overall: less } = upliftReport(await tallies());
  expect(less).toMatchObject({ says: 'not enough: 9 held out, at least 10 are needed', control: { cases: 9 } });
  expect(less.difference).toBeUndefined();
});

it('what is trained on tells what was held out and became well, and what was taken back', async () => {
  const [healed, back] = [new Story('healed'), new Story('back')];
  await take(
    ...run('natural', 'held_out', 'success'),
    ...[
      healed.failed(),
      healed.diagnosed(),
      healed.executed('executed', { at: 12 }),
      healed.outcome('healed', { at: 20 }),
    ],
    ...[back.failed(), back.diagnosed(), back.executed('executed', { at: 12 }), back.outcome('healed', { at: 20 })],
    back.outcome('ineffective', { at: 50, reverses: 'healed' }),
  );
  const page = { since: new Date(0), limit: 9, withinMs: WHICH.withinMs, now: new Date(NOW) };
  const found = await store.read((manager) => diagnosedFailures(manager, page));
  const labels = found.map(({ id, treatment, outcome, reversed, recovered }) => [
    id,
    treatment,
    outcome,
    reversed,
    recovered,
  ]);
  expect(labels.sort()).toEqual(
    [
      [new Story('natural').incidentId, 'held_out', null, false, true],
      [healed.incidentId, 'acted', 'healed', false, null],
      [back.incidentId, 'acted', 'ineffective', true, null],
    ].sort(),
  );
});
