import type { Clock } from '@prunella/core';
import type { Context } from './context.ts';

/** Before the first bar nobody has to wait. */
const FIRST_AFTER_MS = 500;
const EVERY_MS = 200;
const WIDTH = 30;
/** To the beginning of the line, and it is empty. */
const OVER = '\r\u001b[2K';

/** How far long work is. */
export interface ProgressBar {
  /** Draws it now and then. @param share 0..1; undefined: nobody knows how much there is. */
  show(share: number | undefined, says: string): void;
  /** Leaves the line as if it had not been there. Before anything else is written to the terminal. */
  clear(): void;
}

/** A bar on the terminal of a person; nothing where standard error is no terminal, or a program reads the answer. */
export function progressBar({ draw }: Pick<Context, 'draw'>, clock: Clock, json: boolean | undefined): ProgressBar {
  if (draw === undefined || json === true) return { show: () => undefined, clear: () => undefined };
  let nextAt = clock.now() + FIRST_AFTER_MS;
  let drawn = false;
  return {
    show(share, says) {
      const now = clock.now();
      if (now < nextAt) return;
      nextAt = now + EVERY_MS;
      draw(`${OVER}${share === undefined ? '' : `${barOf(share)}  `}${says}`);
      drawn = true;
    },
    clear() {
      if (drawn) draw(OVER);
      drawn = false;
      // What was cleared for a line of the answer comes back behind it.
      nextAt = Math.min(nextAt, clock.now() + EVERY_MS);
    },
  };
}

function barOf(share: number): string {
  const done = Math.round(WIDTH * Math.min(1, Math.max(0, share)));
  return `[${'#'.repeat(done)}${'.'.repeat(WIDTH - done)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
