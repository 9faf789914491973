import { randomInt } from 'node:crypto';
import { isFree } from '@prunella/embedded';

const HOST = '127.0.0.1';
/** Below the ports that `anyFreePort` draws from, and above the usual ones. */
const LOWEST = 14_000;
const PORTS_OF_A_WORKER = 500;
const WORKERS = 12;

let given = randomInt(PORTS_OF_A_WORKER);

/**
 * A free loopback port that stays ours while nothing listens on it: for what a spec stops and starts again. Specs that run at the same time draw theirs from other
 * ranges, and a spec gets none twice (until it had 500); one of `anyFreePort` may be anybody's as soon as it is let go.
 *
 * @param worker which of Jest's workers asks, from 1
 */
export async function keptPort(worker = Number(process.env['JEST_WORKER_ID'] ?? 1)): Promise<number> {
  const lowest = LOWEST + ((worker - 1) % WORKERS) * PORTS_OF_A_WORKER;
  for (let tries = 0; tries < PORTS_OF_A_WORKER; tries += 1) {
    given += 1;
    const port = lowest + (given % PORTS_OF_A_WORKER);
    if (await isFree(port, HOST)) return port;
  }
  throw new Error(
    `all ports from ${lowest} to ${lowest + PORTS_OF_A_WORKER - 1} are in use: which processes of specs were left behind?`,
  );
}
