import type { Drawable, Planned } from '../schedule/schedule.ts';
import type { World } from '../world/world.ts';

/** A kind of fault: one file, and a line in `index.ts`. */
export interface FaultKind extends Drawable {
  /** What goes wrong, in one sentence. */
  says: string;
  /** Why it can't be had here; undefined: it can. */
  missing?(world: World): string | undefined;
  /** Lets it go wrong. @returns what makes it good again, which is called once, when its time is over. */
  begin(world: World, planned: Planned): Promise<() => void | Promise<void>>;
}

const SERVICES = ['detector', 'diagnoser', 'remediator', 'auditor'] as const;

export { SERVICES };

/** Links to NATS, and that to PostgreSQL. */
export const LINKS = [...SERVICES, 'postgres'] as const;

/** What of that name there is. Throws for a name that a schedule from elsewhere may hold. */
export function named<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined)
    throw new Error(`a fault's target: expected one of ${[...all.keys()].join(', ')}, found "${name}"`);
  return found;
}
