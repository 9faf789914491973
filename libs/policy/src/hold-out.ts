import { createHash } from 'node:crypto';

const RANGE = 2 ** 32;

/**
 * Whether an incident is only watched, so that healing can be compared with what passes by itself. The same incident always gets the
 * same answer, in every replica and after every restart.
 *
 * @param share part 0..1 of all incidents.
 */
export function isHeldOut(incidentId: string, share: number): boolean {
  if (share <= 0) return false;
  return createHash('sha256').update(`hold-out ${incidentId}`).digest().readUInt32BE(0) < share * RANGE;
}
