import type { Clock } from '@prunella/core';
import type { Context } from '../context.ts';

/** Before the first line nobody has to wait; a log is not filled. */
const FIRST_AFTER_MS = 1_000;
const EVERY_MS = { terminal: 200, log: 10_000 };
const WIDTH = 30;
/** One line up, and it is empty. */
const OVER = '\u001b[1A\u001b[2K';

/** Says how far long work is: a bar on a terminal, a line now and then elsewhere. */
export function progress(
  { err, interactive }: Pick<Context, 'err' | 'interactive'>,
  clock: Clock,
): (share: number, says: string) => void {
  let nextAt = clock.now() + FIRST_AFTER_MS;
  let shown = false;
  return (share, says) => {
    const now = clock.now();
    if (now < nextAt) return;
    nextAt = now + (interactive ? EVERY_MS.terminal : EVERY_MS.log);
    const done = Math.round(WIDTH * share);
    const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
    if (!interactive) err(`${percent.trim()}  ${says}`);
    else err(`${shown ? OVER : ''}[${'#'.repeat(done)}${'.'.repeat(WIDTH - done)}] ${percent}  ${says}`);
    shown = true;
  };
}
