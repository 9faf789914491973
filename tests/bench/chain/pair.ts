import type { Chain } from './chain.ts';
import { Followed } from './followed.ts';
import { type PrunellaChain, startPrunellaChain } from './prunella-chain.ts';
import { startRawChain } from './raw/raw-chain.ts';

/** One of the two, and who sends into it. */
export interface Side<C extends Chain = Chain> {
  chain: C;
  followed: Followed;
}

/** Prunella and the raw chain, each warmed up, on servers of their own. */
export interface Pair {
  ours: Side<PrunellaChain>;
  raw: Side;
  stop(): Promise<void>;
}

/** Starts ours first: the raw one publishes messages as long as those that ours published while it warmed up. @param warmUp chains, of each. */
export async function startPair(warmUp: { ours: number; raw: number }, profileTo?: string): Promise<Pair> {
  const prunella = await startPrunellaChain({ profileTo });
  try {
    const ours = { chain: prunella, followed: new Followed(prunella) };
    await ours.followed.saturate(warmUp.ours);
    await prunella.drained();
    const { samples } = prunella;
    const rawChain = await startRawChain({
      detector: samples['pipeline.failed'],
      diagnoser: samples['diagnosis.made'],
      remediator: samples['action.executed'],
    });
    const raw = { chain: rawChain, followed: new Followed(rawChain) };
    await raw.followed.saturate(warmUp.raw);
    await rawChain.drained();
    return { ours, raw, stop: async () => void (await Promise.all([prunella.stop(), rawChain.stop()])) };
  } catch (error) {
    await prunella.stop();
    throw error;
  }
}
