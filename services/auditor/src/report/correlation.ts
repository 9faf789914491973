import type { ActionType, Outcome } from '@prunella/contracts';
import { redact } from '@prunella/signals';
import type { ActionPlace, NearFailure as StoredFailure } from '@prunella/store';
import type { Correlation, CorrelationReport, NearFailure } from '../api/answers/correlation.ts';
import type { Coincidence } from './coincidences.ts';

/** How near in time is together. */
export const WITHIN_MS = 5 * 60_000;
export const WITHIN_MINUTES = WITHIN_MS / 60_000;
/** So many failures around one action are shown. */
export const MOST_NEAR = 40;

const MOST_OF_A_MESSAGE = 300;

export const CORRELATION_SAYS =
  'What was told of the same workload, repository or environment within 5 minutes of an action: a correlation in time, which is no cause.';

const SAME = ['workload', 'repository', 'environment'] as const;

/** What came before and after an action. @param found at most `MOST_NEAR` and one more, the nearest first. */
export function correlationOf(
  action: { attempt: number; action: ActionType; at: string },
  place: Pick<ActionPlace, (typeof SAME)[number]>,
  found: readonly StoredFailure[],
): Correlation {
  const near = found.slice(0, MOST_NEAR).map((failure) => nearOf(action.at, place, failure));
  return {
    ...action,
    withinMinutes: WITHIN_MINUTES,
    before: near.filter(({ seconds }) => seconds < 0),
    after: near.filter(({ seconds }) => seconds >= 0),
    more: found.length > MOST_NEAR,
  };
}

function nearOf(
  actedAt: string,
  place: Pick<ActionPlace, (typeof SAME)[number]>,
  { at, platform, message, ...failure }: StoredFailure,
): NearFailure {
  return {
    ...failure,
    at: at.toISOString(),
    seconds: (at.getTime() - Date.parse(actedAt)) / 1_000,
    source: platform || 'generic',
    same: SAME.filter((field) => place[field] !== '' && failure[field] === place[field]),
    // Without secrets before it is cut: half of one is not known as one.
    message: redact(message).slice(0, MOST_OF_A_MESSAGE).toWellFormed(),
  };
}

/** How often actions and failures came together, by action. Pure. */
export function coincidenceReport(
  found: readonly Coincidence[],
  { more, items }: { more: boolean; items: number },
): Omit<CorrelationReport, 'from' | 'to'> {
  const sum = (some: readonly Coincidence[], pick: (one: Coincidence) => number) =>
    some.reduce((total, one) => total + pick(one), 0);
  return {
    withinMinutes: WITHIN_MINUTES,
    says: CORRELATION_SAYS,
    looked: found.length,
    more,
    actions: [...Map.groupBy(found, ({ action }) => action)]
      .map(([action, some]) => ({
        action: action as ActionType,
        total: some.length,
        preceded: some.filter(({ before }) => before > 0).length,
        followed: some.filter(({ after }) => after > 0).length,
        before: sum(some, ({ before }) => before),
        after: sum(some, ({ after }) => after),
      }))
      .sort((a, b) => (a.action < b.action ? -1 : 1)),
    items: found
      .filter(({ after }) => after > 0)
      .sort((a, b) => b.after - a.after || b.at.getTime() - a.at.getTime())
      .slice(0, items)
      .map(({ at, action, outcome, platform: _platform, pipelineId: _pipelineId, ...same }) => ({
        ...same,
        action: action as ActionType,
        at: at.toISOString(),
        outcome: outcome as Outcome | null,
      })),
  };
}
