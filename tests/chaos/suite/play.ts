import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind } from './faults/fault.ts';
import { faultKinds } from './faults/index.ts';
import type { FaultSeen } from './ledger/ledger.ts';
import type { Planned } from './schedule/schedule.ts';
import type { World } from './world/world.ts';

const LOOK_EVERY_MS = 50;

/** What became of the faults of a schedule. */
export interface Played {
  /** Those that can't be had here, and why. */
  missing: Map<string, string>;
  /** Those that were begun, in that order. */
  seen: FaultSeen[];
}

export interface PlayOptions {
  /** A fault that has met nothing in its time goes on for up to so long, in ms. */
  patienceMs: number;
  log(line: string): void;
}

/** Plays the faults at their times. Resolves when all are over. */
export async function play(
  world: World,
  faults: readonly Planned[],
  { patienceMs, log }: PlayOptions,
): Promise<Played> {
  const played: Played = { missing: new Map(), seen: [] };
  const began = world.now();
  const one = async (planned: Planned) => {
    await sleep(planned.atMs);
    const kind = faultKinds.find((candidate) => candidate.kind === planned.kind);
    if (kind === undefined) throw new Error(`a schedule's fault: expected a known kind, found "${planned.kind}"`);
    const why = kind.missing?.(world);
    if (why !== undefined) {
      played.missing.set(kind.kind, why);
      return;
    }
    const seen: FaultSeen = {
      ...{ kind: kind.kind, target: planned.target, from: world.now() },
      ...{ startsMayFail: kind.startsMayFail === true, happened: 0 },
    };
    played.seen.push(seen);
    await last(kind, planned, { world, seen, patienceMs });
    const [from, to] = [seen.from, seen.to ?? 0].map((ms) => ((ms - began) / 1_000).toFixed(1));
    const { target, detail } = planned;
    log(`${from} to ${to} s ${kind.kind} ${target} ${JSON.stringify(detail)}: met ${seen.happened}`);
  };
  await Promise.all(faults.map(one));
  return played;
}

interface Lasting {
  world: World;
  seen: FaultSeen;
  patienceMs: number;
}

async function last(kind: FaultKind, planned: Planned, { world, seen, patienceMs }: Lasting): Promise<void> {
  const end = await kind.begin(world, planned, () => {
    seen.happened += 1;
  });
  await sleep(planned.forMs);
  const until = world.now() + patienceMs;
  while (seen.happened === 0 && world.now() < until) await sleep(LOOK_EVERY_MS);
  await end();
  seen.to = world.now();
}

/** How often each kind of fault met something. A kind that was begun and met nothing is in it, with 0. */
export function happened(seen: readonly FaultSeen[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const fault of seen) counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + fault.happened);
  return counts;
}
