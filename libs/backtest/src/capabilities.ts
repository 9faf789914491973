import type { ActionType, DiagnosisMade, Run } from '@prunella/contracts';
import { BoundedMap } from './bounded-map.ts';
import type { PastCase } from './past-case.ts';

const MOST_PLACES = 5_000;

/**
 * What can be done where. Which tokens and clusters there were, only the record says: by the check `capability` of the decision that was really made,
 * else by that of the last decision about the same action on the same platform. Where it says nothing, everything is taken to be possible.
 */
export class Capabilities {
  private readonly known = new BoundedMap<string, string | undefined>(MOST_PLACES);

  /** Takes note of what was said of a failure then. False: nothing was, neither of this one nor of one like it. */
  learn({ diagnosis, recorded }: PastCase): boolean {
    const type = recorded === undefined || isFree(recorded.action) ? diagnosis.action.type : recorded.action;
    const place = placeOf(diagnosis.run, type);
    if (recorded?.capability === undefined) return this.known.has(place);
    const { allows, says } = recorded.capability;
    this.known.set(place, allows ? undefined : says);
    return true;
  }

  /** Why what a diagnosis proposes can't be done; undefined: it can, as far as is known. */
  against(diagnosis: DiagnosisMade): string | undefined {
    return this.known.get(placeOf(diagnosis.run, diagnosis.action.type));
  }
}

function placeOf({ platform }: Run, action: ActionType): string {
  return `${platform}/${action}`;
}

/** What was left to people, or to nobody, was asked about what the diagnosis proposes. */
function isFree(action: ActionType): boolean {
  return action === 'notify_human' || action === 'none';
}
