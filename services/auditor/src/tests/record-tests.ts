import type { FlakinessUpdated } from '@prunella/contracts';
import { isOfFork } from '@prunella/core';
import {
  type EventRecord,
  lock,
  passesOf,
  putOutbox,
  putTestReport,
  putTests,
  putVerdicts,
  type TestRecord,
  type Transaction,
  testsById,
} from '@prunella/store';
import {
  type Judgement,
  merge,
  type Observation,
  type ReportedTest,
  scopeId,
  testId,
  testsIn,
} from '@prunella/test-history';
import { ofSubject } from '../ledger/causal.ts';
import type { AuditSettings } from '../settings.ts';
import { flakinessOf, type KnownTest, observation, observedPass, occasionOf, verdictOf } from './history.ts';

/** When a test fails for the first time it is looked for in so many reports of its job. */
const LOOK_BACK = 400;

/** Brings what is known of tests up to date with the reports that were newly recorded. The same reports again, or in another order, change nothing. */
export async function recordTests(
  transaction: Transaction,
  fresh: readonly EventRecord[],
  now: number,
  settings: Pick<AuditSettings, 'defaultBranches'>,
): Promise<void> {
  // Whoever opens a pull request from a fork writes its reports: they could call any test flaky, and have it excused or skipped for everybody.
  const events = ofSubject(fresh, 'tests.reported')
    .filter(({ data }) => !isOfFork(data.run))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (events.length === 0) return;
  await lock(
    transaction,
    events.map(({ data }) => scopeOf(data)),
  );
  const told = new Map<string, FlakinessUpdated>();
  for (const event of events) {
    for (const update of await recordReport(transaction, event, now, settings)) told.set(update.testId, update);
  }
  await tell(transaction, [...told.values()]);
}

/** Has the other services told, after the transaction. */
export async function tell(transaction: Transaction, updates: readonly FlakinessUpdated[]): Promise<void> {
  await putOutbox(
    transaction,
    updates.map((data) => ({
      id: `${data.testId}/${data.proofs}/${data.failing ? 'failing' : 'recovering'}/${data.updatedAt}`,
      subject: 'flakiness.updated',
      payload: { time: data.updatedAt, data },
    })),
  );
}

async function recordReport(
  transaction: Transaction,
  event: EventRecord<'tests.reported'>,
  now: number,
  settings: Pick<AuditSettings, 'defaultBranches'>,
): Promise<FlakinessUpdated[]> {
  const { data } = event;
  const occasion = occasionOf(event, settings.defaultBranches);
  const tests = testsIn(data).map((test) => ({ test, record: recordOf(test, data) }));
  const scope = scopeOf(data);
  const at = new Date(occasion.at);
  await putTests(
    transaction,
    tests.map(({ record }) => record),
    at,
  );
  const passed = tests
    .filter(({ test }) => test.status === 'passed')
    .map(({ test, record }) => ({ id: record.id, durationMs: test.durationMs }));
  await putTestReport(transaction, { id: event.id, scope, ...occasion, at, passed });

  const observed = Map.groupBy(
    tests.flatMap(({ test, record }) => {
      const seen = observation(test, occasion, data.totals);
      return seen === undefined ? [] : [{ id: record.id, seen }];
    }),
    ({ id }) => id,
  );
  const failed = tests.filter(({ test }) => test.status !== 'passed').map(({ record }) => record.id);
  const known = await withHistory(transaction, [...observed.keys()], failed);
  const earlier = await passesBefore(
    transaction,
    scope,
    known.filter(({ history }) => history === null),
  );
  const verdicts = known.map((test) => {
    const more = [...(earlier.get(test.id) ?? []), ...(observed.get(test.id) ?? []).map(({ seen }) => seen)];
    const verdict = verdictOf(test, merge(test.history ?? [], more));
    return { verdict, update: flakinessOf(test, verdict.judgement, now) };
  });
  await putVerdicts(
    transaction,
    verdicts.map(({ verdict }) => verdict),
  );
  return verdicts.flatMap(({ update }) => (update === undefined ? [] : [update]));
}

/** Those of the reported tests that have a history, or get one now. */
async function withHistory(
  transaction: Transaction,
  ids: readonly string[],
  failed: readonly string[],
): Promise<KnownTest[]> {
  const [known, failing] = [
    await testsById<Observation, Judgement>(transaction, ids, { onlyFailed: true }),
    await testsById<Observation, Judgement>(transaction, failed, { onlyFailed: false }),
  ];
  return [...new Map([...known, ...failing].map((test) => [test.id, test])).values()];
}

async function passesBefore(
  transaction: Transaction,
  scope: string,
  tests: readonly KnownTest[],
): Promise<Map<string, Observation[]>> {
  const passes = await passesOf(
    transaction,
    scope,
    tests.map(({ id }) => id),
    LOOK_BACK,
  );
  const byTest = Map.groupBy(passes, (pass) => pass.testId);
  return new Map([...byTest].map(([id, all]) => [id, all.map(observedPass)]));
}

type Data = EventRecord<'tests.reported'>['data'];

function scopeOf({ run: { repository, pipelineId }, job }: Data): string {
  return scopeId({ repository, pipelineId, job });
}

function recordOf(test: ReportedTest, { run: { repository, pipelineId }, job }: Data): TestRecord {
  const { suite, classname, name, file } = test;
  const scope = { repository, pipelineId, job };
  return { id: testId(scope, test), scope: scopeId(scope), ...scope, suite, classname, name, file };
}
