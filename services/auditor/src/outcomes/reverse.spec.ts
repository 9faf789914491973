import { defaultPolicy } from '@prunella/policy';
import { Store, tallyActions } from '@prunella/store';
import { startTestPostgres, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import { BEGIN, MINUTE, recorded, Story, type Told } from '../../test/story.ts';
import { audit } from '../audit.ts';
import { sweep } from './sweep.ts';

const HOUR = 60 * MINUTE;
const SETTINGS = {
  settleWithinMs: 6 * HOUR,
  reverseWithinMs: 24 * HOUR,
  source: 'auditor',
  defaultBranches: ['main'],
  policy: () => defaultPolicy,
  testsKeptMs: 86_400_000,
};

let postgres: TestServer;
let store: Store;
beforeAll(async () => {
  postgres = await startTestPostgres();
  store = await Store.open({ url: postgres.url, name: 'reverse' });
}, 60_000);
afterAll(async () => {
  await store.close();
  await postgres.stop();
});
beforeEach(() =>
  store.transaction((tx) => tx.query('TRUNCATE events, incidents, confidence, confidence_days, outbox, debt_entries')),
);

/** Minutes after the beginning, as a time. */
const minute = (minutes: number) => new Date(BEGIN + minutes * MINUTE).toISOString();

/** Takes events in, and looks after them as long after the beginning as is said. */
async function live(told: readonly Told[], hours = 30): Promise<void> {
  const now = BEGIN + hours * HOUR;
  await audit(store, recorded(...told), now, SETTINGS);
  await sweep(store, { now, heardUntil: now }, SETTINGS);
}

const outcomeOf = async (story: Story) => {
  const [row] = await store.read((manager) =>
    manager.query<{ outcome: string; reason: string; state: string }[]>(
      `SELECT outcome, state, document->>'outcomeReason' AS reason FROM incidents WHERE id = $1`,
      [story.incidentId],
    ),
  );
  return row;
};
const learnt = () =>
  store.read((manager) =>
    manager.query(
      'SELECT decided_by, action, healed, ineffective, harmful FROM confidence ORDER BY decided_by, action',
    ),
  );

const run = new Story('run');
const again = new Story('again');
const healedRun = [
  ...[run.failed(), run.diagnosed(), run.executed('executed', { at: 12 })],
  run.finished('success', { attempt: 2, at: 20 }),
];

describe('a rerun that healed', () => {
  it.each<[string, Told[], string]>([
    ['nothing more', [], 'healed'],
    ['the same failure at the same commit', [again.diagnosed({ at: 90 })], 'ineffective'],
    ['another failure at the same commit', [again.diagnosed({ at: 90, fingerprint: 'fp-oom' })], 'healed'],
    ['the same failure at the next commit', [new Story('n', { headSha: 'beef' }).diagnosed({ at: 90 })], 'healed'],
    ['the same failure of another pipeline', [new Story('n', { pipelineId: 'x' }).diagnosed({ at: 90 })], 'healed'],
    ['the same failure elsewhere', [new Story('n', { repository: 'octo/fork' }).diagnosed({ at: 90 })], 'healed'],
    ['a day and a minute later', [again.diagnosed({ at: 20 + 24 * 60 + 1 })], 'healed'],
    ['a day later', [again.diagnosed({ at: 20 + 24 * 60 })], 'ineffective'],
    ['the same failure before its proof', [again.diagnosed({ at: 19 })], 'healed'],
    [
      'a run that began before the proof',
      [again.failed({ at: 30, startedAt: minute(15) }), again.diagnosed({ at: 31 })],
      'healed',
    ],
    [
      'a run that began after the proof',
      [again.failed({ at: 40, startedAt: minute(21) }), again.diagnosed({ at: 41 })],
      'ineffective',
    ],
    ['the diagnosis of its own attempt told late', [run.diagnosed({ at: 50, attempt: 2 })], 'healed'],
  ])('%s: %s', async (_what, later, expected) => {
    await live([...healedRun, ...later]);
    const counts = expected === 'healed' ? { healed: 1, ineffective: 0 } : { healed: 0, ineffective: 1 };
    expect(await learnt()).toEqual([expect.objectContaining({ ...counts, harmful: 0 })]);
  });

  it('is taken back by a later attempt of the same run, whose chapter goes on', async () => {
    await live([...healedRun, run.failed({ attempt: 3, at: 60 }), run.diagnosed({ attempt: 3, at: 61 })]);
    expect(await outcomeOf(run)).toMatchObject({ state: 'diagnosed', outcome: null });
    expect(await learnt()).toEqual([expect.objectContaining({ healed: 0, ineffective: 1 })]);
  });

  it('says what it takes back, and why, once', async () => {
    await live([...healedRun, again.diagnosed({ at: 90 })]);
    await live([...healedRun, again.diagnosed({ at: 90 }), new Story('third').diagnosed({ at: 120 })]);
    expect(await outcomeOf(run)).toMatchObject({ outcome: 'ineffective', state: 'closed' });
    const reversals = await store.read((manager) =>
      manager.query(`SELECT event_id AS id, data FROM events WHERE data->>'reverses' <> ''`),
    );
    const id = `${run.incidentId}/1/retry_with_backoff/outcome`;
    expect(reversals).toEqual([
      {
        id: `${id}/reversed`,
        data: expect.objectContaining({
          ...{ outcome: 'ineffective', reverses: id, decidedBy: 'rule:connection-timeout', provenAt: minute(90) },
          reason: `it came back in the same way 70m after it had healed (incident ${again.incidentId})`,
          evidenceEventIds: [id, again.diagnosed({ at: 90 }).id],
        }),
      },
    ]);
    const range = { from: new Date(BEGIN), to: new Date(BEGIN + HOUR) };
    expect(await store.read((manager) => tallyActions(manager, range, ['retry_with_backoff']))).toEqual([
      { action: 'retry_with_backoff', outcome: 'ineffective', count: 1 },
    ]);
    const updates = await store.read((manager) =>
      manager.query(
        `SELECT payload->'data'->'healed' AS healed FROM outbox WHERE subject = 'confidence.updated' ORDER BY position`,
      ),
    );
    expect(updates).toEqual([{ healed: 1 }, { healed: 0 }]);
  });
});

describe('a change of a workload that healed', () => {
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'api', container: 'api' };
  const bad = { headSha: 'bad', kind: 'deployment', workload };
  const deployment = new Story('deployment', bad);
  const alert = (about: object = {}) => new Story('alert', { headSha: '', kind: 'check', workload, ...about });
  const next = new Story('next', { ...bad, headSha: 'next' });
  const sameAgain = new Story('same', bad);
  const acted = (type: string) => [
    ...[deployment.failed(), deployment.diagnosed({ metrics: { error_rate: 0.1, duration_ratio: 0.2 } })],
    deployment.executed('executed', { at: 12, action: { type } }),
    deployment.outcome('healed', { at: 20, action: type }),
  ];

  it.each<[string, string, Told[], string]>([
    ['rollback', 'nothing more', [], 'healed'],
    ['rollback', 'an alert with the same fingerprint', [alert().diagnosed({ at: 60 })], 'ineffective'],
    ['rollback', 'another fingerprint', [alert().diagnosed({ at: 60, fingerprint: 'fp-oom' })], 'healed'],
    [
      'rollback',
      'the same elsewhere',
      [alert({ workload: { ...workload, namespace: 'test' } }).diagnosed({ at: 60 })],
      'healed',
    ],
    ['rollback', 'the next deployment', [next.diagnosed({ at: 60 })], 'healed'],
    ['rollback', 'the same deployed again', [sameAgain.diagnosed({ at: 60 })], 'healed'],
    [
      'rollback',
      'an alert after the next deployment',
      [next.finished('success', { at: 50 }), alert().diagnosed({ at: 60 })],
      'healed',
    ],
    ['rollback', 'twice as bad', [alert().diagnosed({ at: 60, metrics: { error_rate: 0.2 } })], 'harmful'],
    ['rollback', 'a little worse', [alert().diagnosed({ at: 60, metrics: { error_rate: 0.14 } })], 'ineffective'],
    [
      'rollback',
      'later, but sooner than usual',
      [alert().diagnosed({ at: 60, metrics: { duration_ratio: 0.9 } })],
      'ineffective',
    ],
    ['rollback', 'slower than usual', [alert().diagnosed({ at: 60, metrics: { duration_ratio: 3 } })], 'harmful'],
    ['scale_resources', 'the next deployment', [next.diagnosed({ at: 60 })], 'healed'],
    ['scale_resources', 'the same commit again', [sameAgain.diagnosed({ at: 60 })], 'ineffective'],
    ['reset_connections', 'an alert two days later', [alert().diagnosed({ at: 48 * 60 })], 'healed'],
    ['skip_test', 'an alert with the same fingerprint', [alert().diagnosed({ at: 60 })], 'healed'],
  ])('%s, %s: %s', async (action, _what, later, expected) => {
    await live([...acted(action), ...later]);
    expect(await outcomeOf(deployment)).toMatchObject({ outcome: expected, state: 'closed' });
  });
});

describe('whatever the order, however often', () => {
  it('the same was learnt, and a heal that was taken back counts once, as ineffective', async () => {
    const fine = new Story('fine', { headSha: 'fine' });
    const told = [
      ...[...healedRun, again.failed({ at: 89 }), again.diagnosed({ at: 90 })],
      ...[
        fine.failed(),
        fine.diagnosed(),
        fine.executed('executed', { at: 12 }),
        fine.finished('success', { attempt: 2 }),
      ],
    ];
    const twice = fc.shuffledSubarray([...told, ...told], { minLength: 2 * told.length });
    await fc.assert(
      fc
        .asyncProperty(twice, fc.array(fc.nat(2 * told.length), { maxLength: 5 }), async (events, cuts) => {
          const at = [0, ...cuts.sort((a, b) => a - b), events.length];
          for (const [n, from] of at.slice(0, -1).entries()) await live(events.slice(from, at[n + 1]), 3);
          expect(await learnt()).toEqual([
            {
              decided_by: 'rule:connection-timeout',
              action: 'retry_with_backoff',
              healed: 1,
              ineffective: 1,
              harmful: 0,
            },
          ]);
          expect([(await outcomeOf(run))?.outcome, (await outcomeOf(fine))?.outcome]).toEqual([
            'ineffective',
            'healed',
          ]);
        })
        .beforeEach(() =>
          store.transaction((tx) => tx.query('TRUNCATE events, incidents, confidence, outbox, debt_entries')),
        ),
      { numRuns: 10 },
    );
  });
});
