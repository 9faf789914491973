import { setTimeout as sleep } from 'node:timers/promises';
import type { Drawable, Planned } from '../schedule/schedule.ts';
import type { World } from '../world/world.ts';

/** A kind of fault: one file, and a line in `index.ts`. */
export interface FaultKind extends Drawable {
  /** What goes wrong, in one sentence. */
  says: string;
  /** Why it can't be had here; undefined: it can. */
  missing?(world: World): string | undefined;
  /** A process that is started meanwhile may fail to: what it needs is away. Default: no. */
  startsMayFail?: true;
  /**
   * Lets it go wrong.
   *
   * @param hit to be called each time that it met something: what is planned need not happen to anything.
   * @returns what makes it good again, which is called once, when its time is over.
   */
  begin(world: World, planned: Planned, hit: () => void): Promise<() => void | Promise<void>>;
}

const LOOK_EVERY_MS = 100;

/** Looks again and again, and tells the first time that it is so. @returns ends it, after a last look. */
export function watching(isSo: () => Promise<boolean>, hit: () => void): () => Promise<void> {
  let isOver = false;
  const look = async (): Promise<void> => {
    for (;;) {
      const isLast = isOver;
      if (await isSo()) return hit();
      if (isLast) return;
      await sleep(LOOK_EVERY_MS);
    }
  };
  const looking = look();
  return async () => {
    isOver = true;
    await looking;
  };
}

/** Targets of what happens to a process, whichever. */
export const anyProcess: FaultKind['targets'] = (processes) => processes;

/** Links to NATS, and that to PostgreSQL. */
export const anyLink: FaultKind['targets'] = (processes) => [...processes, 'postgres'];

/** Of that there is only one. */
export const theOne: FaultKind['targets'] = () => [''];

/** What of that name there is. Throws for a name that a schedule from elsewhere may hold. */
export function named<T>(all: ReadonlyMap<string, T>, name: string): T {
  const found = all.get(name);
  if (found === undefined)
    throw new Error(`a fault's target: expected one of ${[...all.keys()].join(', ')}, found "${name}"`);
  return found;
}
