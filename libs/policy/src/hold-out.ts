import { stableFraction } from '@prunella/core';

/**
 * Whether an incident is only watched, so that healing can be compared with what passes by itself. The same incident always gets the
 * same answer, in every replica and after every restart.
 *
 * @param share part 0..1 of all incidents.
 */
export function isHeldOut(incidentId: string, share: number): boolean {
  return stableFraction('hold-out', incidentId) < share;
}
