import type { FlakinessUpdated, TestsReported } from '@prunella/contracts';
import { iso } from '@prunella/core';
import type { EventRecord, StoredTest, TestPass, TestVerdict } from '@prunella/store';
import { CROWD, type Judgement, judge, type Observation, type ReportedTest } from '@prunella/test-history';

/** A test as this service keeps it. */
export type KnownTest = StoredTest<Observation, Judgement>;

/** The beginning of a failure's message, for lists. */
const LONGEST_MESSAGE = 500;

/** What one run of tests is, beside the tests. */
export type Occasion = Pick<Observation, 'run' | 'attempt' | 'sha' | 'branch' | 'main' | 'at'>;

export function occasionOf(event: EventRecord<'tests.reported'>, defaultBranches: readonly string[]): Occasion {
  const { run, reportId, reportedAt } = event.data;
  return {
    // Without a run and a commit each report is an occasion of its own.
    run: run.runId || run.headSha || reportId,
    attempt: Math.max(run.runAttempt ?? run.attempt, 1),
    sha: run.headSha,
    branch: run.branch,
    main: defaultBranches.includes(run.branch),
    at: timeOf(reportedAt, event.time),
  };
}

/** The clocks of runners are not ours: what lies far ahead of the event is none. */
function timeOf(reportedAt: string | undefined, told: string): number {
  const [reported, time] = [Date.parse(reportedAt ?? ''), Date.parse(told)];
  return reported > 0 && reported <= time + 60_000 ? reported : time;
}

/** How a test went, for its history; undefined: nothing is learnt from it. */
export function observation(
  test: ReportedTest,
  occasion: Occasion,
  totals: TestsReported['totals'],
): Observation | undefined {
  const { durationMs } = test;
  switch (test.status) {
    case 'passed':
      return { ...occasion, result: 'passed', durationMs };
    case 'flaky':
      return { ...occasion, result: 'flaky', durationMs, message: test.message.slice(0, LONGEST_MESSAGE) };
    case 'failed':
    case 'error': {
      const crowded = totals.failed + totals.errors >= CROWD;
      const message = test.message.slice(0, LONGEST_MESSAGE);
      return { ...occasion, result: 'failed', durationMs, message, ...(crowded && { crowded }) };
    }
    default:
      return undefined;
  }
}

export function observedPass({ testId: _, at, ...pass }: TestPass): Observation {
  return { ...pass, at: at.getTime(), result: 'passed' };
}

/** What is written of a test with this history. */
export function verdictOf(
  test: Pick<KnownTest, 'id' | 'firstSeen'>,
  history: readonly Observation[],
): TestVerdict & { judgement: Judgement } {
  const judgement = judge(history);
  const oldest = history.find(({ result }) => result !== 'passed');
  return {
    id: test.id,
    state: judgement.state,
    sortedAt: judgement.lastFailedAt === undefined ? test.firstSeen : new Date(judgement.lastFailedAt),
    oldestFailure: oldest === undefined ? null : new Date(oldest.at),
    history: oldest === undefined ? null : history,
    judgement,
  };
}

/** What the other services are to know of a test; undefined: what they know holds. */
export function flakinessOf(test: KnownTest, judgement: Judgement, now: number): FlakinessUpdated | undefined {
  const before = test.judgement;
  const told = before !== null && before.proofs > 0;
  if (judgement.proofs === 0 && !told) return undefined;
  if (told && sameForOthers(before, judgement)) return undefined;
  const { id: testId, repository, pipelineId, job, classname, name, file } = test;
  const { proofs, proofShas: shas, lastProofAt, state } = judgement;
  return {
    ...{ testId, repository, pipelineId, job, classname, name, file, proofs, shas },
    ...(lastProofAt !== undefined && { lastProofAt: iso(lastProofAt) }),
    failing: state === 'failing',
    updatedAt: iso(now),
  };
}

function sameForOthers(a: Judgement, b: Judgement): boolean {
  const said = ({ proofs, lastProofAt, state }: Judgement) =>
    JSON.stringify([proofs, lastProofAt, state === 'failing']);
  return said(a) === said(b);
}
