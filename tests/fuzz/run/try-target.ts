import fc from 'fast-check';
import { mutated } from '../inputs/mutate.ts';
import type { Target } from '../target.ts';
import { attempt, type Fault, faultIn } from './attempt.ts';
import type { Coverage } from './coverage.ts';
import type { Plan, Result } from './plan.ts';
import { smaller } from './shrink.ts';

export interface TryDeps {
  /** Called around each input. */
  begin(bytes: Uint8Array): void;
  end(): void;
  found(fault: Fault, bytes: Uint8Array): Promise<void>;
  /** Undefined: nobody looks. */
  coverage: Coverage | undefined;
  /** Inputs that were findings once. */
  kept: readonly Uint8Array[];
}

/** More kinds of mistakes of one target are not looked for in one run. */
const MOST_FAULTS = 5;
const MOST_KEPT = 2_000;
/** So many times fewer inputs of a slow target are tried, where their number is given. */
const SLOWER = 30;
/** Coverage is asked for after so many inputs; where something new ran, they are tried again one by one. */
const AT_A_TIME = 10;

/** Reads seeds, bombs, and then generated inputs until the plan is fulfilled. */
export async function tryTarget(target: Target, plan: Plan, d: TryDeps): Promise<Result> {
  const began = performance.now();
  const usedBefore = process.cpuUsage();
  const result: Result = { cases: 0, read: 0, ms: 0, cpuMs: 0, kept: 0, parts: 0, slowestMs: 0, slowestBytes: 0 };
  const known = new Set<string>();
  const corpus = [...target.seeds()];
  const inputs = fc.oneof(target.inputs, mutated(corpus));

  /** Whoever watches knows what is being read, also while an input is made smaller. */
  async function watched(bytes: Uint8Array): ReturnType<typeof attempt> {
    d.begin(bytes);
    const found = await attempt(target, bytes);
    d.end();
    return found;
  }

  async function one(bytes: Uint8Array): Promise<void> {
    const at = performance.now();
    const found = await watched(bytes);
    const took = performance.now() - at;
    const fault = faultIn(found);
    result.cases += 1;
    if (found === 'read') result.read += 1;
    if (took > result.slowestMs) Object.assign(result, { slowestMs: took, slowestBytes: bytes.length });
    if (fault !== undefined && !known.has(fault.key)) {
      known.add(fault.key);
      const isSame = async (some: Uint8Array) => faultIn(await watched(some))?.key === fault.key;
      await d.found(fault, await smaller(bytes, isSame));
    }
  }

  d.coverage?.forget();
  for (const bytes of [...d.kept, ...corpus]) await one(bytes);
  if (plan.bombs) {
    for (const bomb of Object.values(target.bombs ?? {})) {
      await one(await bomb());
      // What one left is not counted as the next one's.
      globalThis.gc?.();
    }
  }
  d.coverage?.note();
  const first = result.cases;
  for (let seed = plan.seed; !isOver(); seed += 1) {
    const some = fc.sample(inputs, { seed, numRuns: AT_A_TIME });
    for (const bytes of some) if (!isOver()) await one(bytes);
    if (d.coverage?.isFresh()) await keepThoseThatRanIt(some, d.coverage);
  }
  await target.close?.();
  const { user, system } = process.cpuUsage(usedBefore);
  const [ms, cpuMs] = [performance.now() - began, (user + system) / 1_000];
  return { ...result, ms, cpuMs, parts: d.coverage?.size ?? 0 };

  function isOver(): boolean {
    if (known.size >= MOST_FAULTS) return true;
    if (plan.forMs !== undefined && performance.now() - began > plan.forMs) return true;
    return plan.cases !== undefined && result.cases - first >= plan.cases / (target.slow ? SLOWER : 1);
  }

  /** Of many only what all of them ran is known. */
  async function keepThoseThatRanIt(some: readonly Uint8Array[], coverage: Coverage): Promise<void> {
    for (const bytes of some) {
      await watched(bytes);
      if (!coverage.note() || corpus.length >= MOST_KEPT) continue;
      corpus.push(bytes);
      result.kept += 1;
    }
  }
}
