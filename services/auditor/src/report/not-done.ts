import type { ActionStatus } from '@prunella/contracts';

/** What becomes of an action that does not take effect. */
export const notDoneStatuses = [
  'recommended',
  'observed',
  'rejected',
  'handed_over',
  'failed',
  'superseded',
] as const satisfies readonly ActionStatus[];
export type NotDoneStatus = (typeof notDoneStatuses)[number];
export type NotDone = Record<NotDoneStatus, number>;

/** Counts by what became of them; what is not there is 0. */
export function notDoneOf(tallies: readonly { status: string; count: number }[]): NotDone {
  const of = (status: string) =>
    tallies.filter((tally) => tally.status === status).reduce((sum, { count }) => sum + count, 0);
  return Object.fromEntries(notDoneStatuses.map((status) => [status, of(status)])) as NotDone;
}
