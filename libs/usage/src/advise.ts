import { quantile, type Sketch } from './sketch.ts';
import { type DiffSize, NOTHING, type Series, type Usage } from './usage.ts';

/** What an advice rests on. */
export interface BasedOn {
  /** Runs that were looked at; older ones weigh less, so it need not be whole. */
  samples: number;
  /** The size of the changes that were looked at; `all` where too few of the asked size are known. */
  diffSize: DiffSize | 'all';
  memoryBytes?: Spread;
  cores?: Spread;
}

/** Quantiles, right to 5 %. */
export interface Spread {
  p50: number;
  p90: number;
  p99: number;
}

export type Advice =
  /** Too little is known. */
  | { basis: 'none'; samples: number; reason: string }
  /** It needs more memory each time it gets more: a number would be made up. */
  | { basis: 'growing'; killedAtBytes: number[]; reason: string }
  | {
      basis: 'history';
      memory?: { requestBytes: number; limitBytes: number };
      cpu?: { requestCores: number };
      basedOn: BasedOn;
      reason: string;
    };

/** Fewer runs say nothing about a quantile. */
export const FEWEST = 5;
/** So many growing limits in a row at which it was killed are a leak, or something that nobody should guess at. */
const GROWING = 3;
const MIB = 1024 ** 2;
const HEADROOM = 1.2;
/** Over the limit at which it was killed last: it is not known how much more it needs. */
const AFTER_A_KILL = 1.5;

/** What the next run should get. Never a number that no run stands for. */
export function advise(usage: Usage | undefined, diff: DiffSize | undefined): Advice {
  const { series, killedAt } = usage ?? NOTHING;
  if (killedAt.length >= GROWING) {
    const reason = `it ran out of memory at ${killedAt.map(mib).join(', ')} in a row: more will not help, look for what grows`;
    return { basis: 'growing', killedAtBytes: [...killedAt], reason };
  }
  const killed = killedAt.at(-1);
  const ofSize = diff === undefined ? undefined : series[diff];
  const own = ofSize !== undefined && samplesOf(ofSize) >= FEWEST;
  const [diffSize, chosen] = own && diff !== undefined ? ([diff, ofSize] as const) : (['all', series.all] as const);
  const samples = chosen === undefined ? 0 : samplesOf(chosen);
  if (chosen === undefined || samples < FEWEST) {
    const known = killed === undefined ? '' : `; it ran out of memory at ${mib(killed)}`;
    return { basis: 'none', samples, reason: `${samples} measured runs are known, ${FEWEST} are needed${known}` };
  }
  const memoryBytes = spreadOf(chosen.memory);
  const cores = spreadOf(chosen.cores);
  return {
    basis: 'history',
    ...(memoryBytes && { memory: memoryFrom(memoryBytes, killed) }),
    ...(cores && { cpu: { requestCores: Math.ceil(cores.p90 * 20) / 20 } }),
    basedOn: { samples, diffSize, ...(memoryBytes && { memoryBytes }), ...(cores && { cores }) },
    reason: `${samples} runs (changes: ${diffSize}): memory and CPU that 90 % of them got along with, the limit 20 % above what 99 % did${
      killed === undefined ? '' : `, and half above ${mib(killed)}, at which it ran out of memory`
    }`,
  };
}

function memoryFrom({ p90, p99 }: Spread, killed: number | undefined) {
  const limit = Math.max(p99 * HEADROOM, (killed ?? 0) * AFTER_A_KILL);
  // What it was killed at is not enough to ask for, either.
  return { requestBytes: rounded(killed === undefined ? p90 : limit), limitBytes: rounded(limit) };
}

function samplesOf({ memory, cores }: Series): number {
  return Math.floor(Math.max(memory.weight, cores.weight));
}

function spreadOf(sketch: Sketch): Spread | undefined {
  if (sketch.weight < FEWEST) return undefined;
  const at = (q: number) => quantile(sketch, q) ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** Up to whole MiB. */
function rounded(bytes: number): number {
  return Math.ceil(bytes / MIB) * MIB;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
