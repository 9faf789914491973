import { fullSpeed, type Round } from '../measure.ts';
import { type Pair, startPair } from '../pair.ts';
import { costOf } from '../report.ts';

const WARM_UP = { ours: 1_500, raw: 2_000 };
const CHAINS = { ours: 200, raw: 1_500 };
const ROUNDS = 5;

/**
 * What a chain costs us by what it costs raw clients, in processor time of the four processes of each; NATS, Postgres and the sender are left out. Rounds of both in turn on servers that run side
 * by side, so that what else the machine does is done to both. Takes some ten seconds on two free cores.
 *
 * @returns the ratio of each round.
 */
export async function measureRatios(): Promise<number[]> {
  const pair = await startPair(WARM_UP);
  try {
    const ratios: number[] = [];
    for (let n = 0; n < ROUNDS; n += 1) ratios.push(await ratioOf(pair));
    return ratios;
  } finally {
    await pair.stop();
  }
}

async function ratioOf({ ours, raw }: Pair): Promise<number> {
  const rounds: Round[] = [await fullSpeed(ours, CHAINS.ours), await fullSpeed(raw, CHAINS.raw)];
  const [our, their] = rounds.map((round) => costOf([round]));
  return (our ?? Number.NaN) / (their ?? Number.NaN);
}
