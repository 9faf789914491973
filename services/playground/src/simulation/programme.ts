import type { Random } from '@prunella/core';
import { between, weighted } from './chance.ts';
import type { Scenario } from './scenario.ts';

/** The first seconds, so that whoever starts Prunella soon sees all kinds of endings: milliseconds after the start, scenario. */
export const OPENING: readonly (readonly [number, string])[] = [
  [0, 'npm-registry-timeout'],
  [2_000, 'compile-error'],
  [4_000, 'green'],
  [6_000, 'docker-hub-unavailable'],
  [9_000, 'database-refused'],
  [12_000, 'unit-test-failure'],
  [15_000, 'runner-lost'],
  [18_000, 'green'],
];

/** Time between two scenarios after that, in milliseconds. */
const LEAST_PAUSE = 20_000;
const MOST_PAUSE = 30_000;

/** Says which scenarios begin when: first the opening, then one at a time for ever. */
export class Programme {
  private readonly opening: { at: number; name: string }[];
  private nextAt: number;

  constructor(
    private readonly scenarios: readonly Scenario[],
    startedAt: number,
    private readonly random: Random,
  ) {
    this.opening = OPENING.map(([after, name]) => ({ at: startedAt + after, name }));
    this.nextAt = (this.opening.at(-1)?.at ?? startedAt) + this.pause();
  }

  /** The scenarios whose time has come since the last call. After a long sleep: one, not all that were missed. */
  due(now: number): Scenario[] {
    const due: (Scenario | undefined)[] = [];
    while (this.opening[0] !== undefined && this.opening[0].at <= now) {
      const name = this.opening.shift()?.name;
      due.push(this.scenarios.find((scenario) => scenario.name === name));
    }
    if (this.opening.length === 0 && this.nextAt <= now) {
      due.push(weighted(this.random, this.scenarios));
      this.nextAt = now + this.pause();
    }
    return due.filter((scenario) => scenario !== undefined);
  }

  private pause(): number {
    return between(this.random, LEAST_PAUSE, MOST_PAUSE);
  }
}
