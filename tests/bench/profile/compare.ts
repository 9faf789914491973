import { type StandOptions, startStand } from './stand.ts';

export interface RoundSizes {
  /** Chains in each round. */
  chains: number;
  rounds: number;
  /** Chains before the first round: a V8 that has not seen the code yet takes several times as long. */
  warmUp: number;
}

/**
 * The services of this tree and of another one, each on servers of their own, in turn: what else the machine does meets both alike. Writes the medians of all rounds and
 * what this tree takes by what the other one takes.
 */
export async function compared(
  what: Pick<StandOptions, 'services' | 'reported'>,
  root: string,
  { chains, rounds, warmUp }: RoundSizes,
  write: (line: string) => void,
): Promise<void> {
  const here = await startStand(what);
  const there = await startStand({ ...what, root });
  const [ours, theirs]: Record<string, number>[][] = [[], []];
  for (const stand of [there, here]) await stand.round(warmUp);
  for (let round = 0; round < rounds; round += 1) {
    // Whoever comes second finds the machine as the first one left it: each is first in turn.
    const order = round % 2 === 0 ? [there, here] : [here, there];
    for (const stand of order) (stand === here ? ours : theirs)?.push(withSum((await stand.round(chains)).cpu));
    write(`round ${round + 1}: ${theirs?.at(-1)?.['sum']?.toFixed(2)} -> ${ours?.at(-1)?.['sum']?.toFixed(2)} ms`);
  }
  write('\n| median ms for each chain | there | here | ratio |\n| --- | --- | --- | --- |');
  for (const name of Object.keys(ours?.[0] ?? {})) {
    const [before, after] = [theirs, ours].map((all) => median((all ?? []).map((round) => round[name] ?? 0)));
    if (!before) continue;
    write(`| ${name} | ${before.toFixed(2)} | ${after?.toFixed(2)} | ${((after ?? 0) / before).toFixed(2)} |`);
  }
  for (const stand of [here, there]) {
    if (stand.faults !== undefined) write(JSON.stringify(stand.faults()));
    await stand.stop();
  }
}

function withSum(cpu: Record<string, number>): Record<string, number> {
  return { ...cpu, sum: Object.values(cpu).reduce((all, ms) => all + ms, 0) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
