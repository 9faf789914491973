import type { QuarantineChanged } from '@prunella/contracts';
import { stableId } from '@prunella/core';

/** How long a test is skipped, and how many runs in a row have to pass, where nobody says otherwise. */
export const USUAL_EXPIRY = '14d';
export const USUAL_EXPIRY_MS = 14 * 86_400_000;
export const USUAL_GREENS = 10;

/** A test that is or was in quarantine: the newest change of it, which carries all that is known. */
export interface Entry extends QuarantineChanged {
  /** Id of the event that made it so. */
  eventId: string;
}

/** The id of the entry of a test. Safe in a URL and as a NATS KV key. */
export function entryId(repository: string, test: string): string {
  return stableId('quar', repository, test);
}

/** Whether runners are to skip the test at this time, in ms since the epoch. */
export function isInForce({ change, expiresAt }: Pick<Entry, 'change' | 'expiresAt'>, at: number): boolean {
  return (change === 'added' || change === 'extended') && Date.parse(expiresAt) > at;
}
