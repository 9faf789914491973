import type { Scheduled, TimerOutcome } from '@prunella/bus';
import type { Clock, ProbeResult, Random } from '@prunella/core';
import { afterTimedProbe, type Dependency } from '@prunella/policy';
import type { DependencyBook } from './dependency-book.ts';

/** When a dependency is probed next. */
export interface Probing extends Scheduled {
  name: string;
  /** Besides the usual ones, and only once. */
  extra?: true;
}

export interface ProbeDeps {
  /** What the policy says about it now; undefined: it is not in it any more. */
  dependency(name: string): Dependency | undefined;
  probe(dependency: Dependency): Promise<ProbeResult>;
  book: DependencyBook;
  clock: Clock;
  random: Random;
  /** Told after each probe. */
  probed(dependency: Dependency, result: ProbeResult): void;
}

/** One probe of one dependency; then again after its interval, more or less: many that are declared alike are not probed at once. */
export async function probeAgain({ name, extra }: Probing, d: ProbeDeps): Promise<TimerOutcome<Probing>> {
  const dependency = d.dependency(name);
  if (dependency === undefined) {
    await d.book.forget(name);
    return 'done';
  }
  const begun = d.clock.now();
  const result = await d.probe(dependency);
  const tookMs = Math.max(0, d.clock.now() - begun);
  await d.book.change(name, dependency.kind, (record) =>
    afterTimedProbe(record, dependency, result, { now: d.clock.now(), tookMs }),
  );
  d.probed(dependency, result);
  return extra ? 'done' : { againAt: d.clock.now() + pauseOf(dependency.interval, d.random) };
}

/** Evenly between half and one and a half of it. */
export function pauseOf(intervalMs: number, random: Random): number {
  return Math.round(intervalMs * (0.5 + random()));
}
