import { setTimeout as sleep } from 'node:timers/promises';
import { violationsIn } from './check/index.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Promised } from './load/promised.ts';

const LOOK_EVERY_MS = 2_000;
/** What comes late, after all seemed well, is seen in this time: messages are held back for up to 6 s (faults/held-messages.ts). */
const CALM_MS = 7_000;

export interface SettleOptions {
  /** How everything stands now. */
  read(): Promise<Ledger>;
  now(): number;
  promised: Promised;
  /** How long it may take until nothing is broken any more, in ms. */
  settleMs: number;
  log(line: string): void;
  /** How violations begin that stay, because a test made them. */
  wrong?: string | undefined;
}

/** Reads again and again until nothing is broken, and still is not some seconds later; or the time is over. @returns the last that was read, and when all was well. */
export async function settled(options: SettleOptions): Promise<{ ledger: Ledger; settledAfterMs: number }> {
  const { read, now, promised, settleMs, log, wrong } = options;
  const began = now();
  let soundSince: number | undefined;
  for (;;) {
    const ledger = await read();
    const open = violationsIn(ledger, promised, 'eventually').filter(
      ({ says }) => wrong === undefined || !says.startsWith(wrong),
    );
    const afterMs = now() - began;
    if (open.length === 0) soundSince ??= afterMs;
    else {
      soundSince = undefined;
      const seconds = (afterMs / 1_000).toFixed(0);
      log(`${seconds} s after the calm ${open.length} open, e.g. ${open[0]?.check}: ${open[0]?.says}`);
    }
    const isOver = soundSince !== undefined && afterMs - soundSince >= CALM_MS;
    if (isOver || afterMs > settleMs) return { ledger, settledAfterMs: soundSince ?? afterMs };
    await sleep(LOOK_EVERY_MS);
  }
}
