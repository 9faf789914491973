import { cpuMs } from '../scale/cpu-of.ts';
import { percentile } from '../store/percentile.ts';
import type { Pace } from '../webhooks/pace.ts';
import type { Steady } from './followed.ts';
import { type Side, startPair } from './pair.ts';

export interface Sizes {
  /** Chains in each round at full speed, of each kind. */
  chains: { ours: number; raw: number };
  rounds: number;
  rates: readonly number[];
  /** How long each rate is tried. */
  seconds: number;
}

/** One round at full speed. */
export interface Round {
  /** Chains a second. */
  perSecond: number;
  /** Milliseconds of processor time for each chain until everything was handled, by process. */
  cpu: Record<string, number>;
}

export interface ChainFigures {
  /** Bytes of one message on average, as published by ours; the raw chain publishes the same. */
  bytes: Record<string, number>;
  ours: { rounds: Round[]; steady: Steady[] };
  raw: { rounds: Round[]; steady: Steady[] };
}

/** V8 takes some two thousand events until it runs our code as fast as it will: both begin as they would be after minutes of work. */
const WARM_UP = { ours: 2_000, raw: 2_000 };

/** Both chains in turn, round by round: what else the machine does in those minutes, it does to both. */
export async function measureChain(sizes: Sizes, profileTo?: string): Promise<ChainFigures> {
  const pair = await startPair(WARM_UP, profileTo);
  try {
    const figures: ChainFigures = {
      bytes: bytesOf(pair.ours.chain.samples),
      ours: { rounds: [], steady: [] },
      raw: { rounds: [], steady: [] },
    };
    for (let n = 0; n < sizes.rounds; n += 1) {
      figures.ours.rounds.push(await fullSpeed(pair.ours, sizes.chains.ours));
      figures.raw.rounds.push(await fullSpeed(pair.raw, sizes.chains.raw));
    }
    for (const perSecond of sizes.rates) {
      const pace = { perSecond, seconds: sizes.seconds };
      figures.ours.steady.push(await steady(pair.ours, pace));
      figures.raw.steady.push(await steady(pair.raw, pace));
    }
    return figures;
  } finally {
    await pair.stop();
  }
}

/** A round at full speed, and what it cost. */
export async function fullSpeed({ chain, followed }: Side, count: number): Promise<Round> {
  const before = await used(chain.pids);
  const perSecond = await followed.saturate(count);
  await chain.drained();
  const after = await used(chain.pids);
  const cpu = Object.entries(after).map(([name, ms]) => [name, (ms - (before[name] ?? 0)) / count]);
  return { perSecond, cpu: Object.fromEntries(cpu) };
}

async function steady({ chain, followed }: Side, pace: Pace): Promise<Steady> {
  const found = await followed.steadily(pace);
  await chain.drained();
  return found;
}

async function used(pids: Readonly<Record<string, readonly number[]>>): Promise<Record<string, number>> {
  const all = Object.entries(pids).map(async ([name, ofIt]) => [name, await cpuMs(ofIt)] as const);
  const { user, system } = process.cpuUsage();
  return { ...Object.fromEntries(await Promise.all(all)), sender: (user + system) / 1_000 };
}

function bytesOf(samples: Readonly<Record<string, readonly Uint8Array[]>>): Record<string, number> {
  const mean = (all: readonly Uint8Array[]) => all.reduce((sum, { length }) => sum + length, 0) / all.length;
  return Object.fromEntries(Object.entries(samples).map(([subject, all]) => [subject, mean(all)]));
}

/** The middle of all rounds. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
