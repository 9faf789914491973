import type { DependencyState } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { addressOf, type Dependency } from './dependency.ts';
import type { Standing } from './dependency-state.ts';
import { globMatches } from './glob.ts';

/** A run that is about to start; what is not known is empty. */
export interface Intent {
  pipeline: string;
  repository: string;
  branch: string;
  environment: string;
}

/** One dependency in the answer. */
export interface NeededDependency {
  name: string;
  kind: string;
  state: DependencyState;
  /** ISO 8601. */
  since: string;
  reason: string;
  /** What can be left out without it; empty: the run must wait for it. */
  steps: string[];
}

/** Whether a run should start now. */
export interface PreflightAnswer {
  answer: 'go' | 'wait' | 'skip-steps';
  /** One sentence each. */
  reasons: string[];
  dependencies: NeededDependency[];
  /** What has to be left out for the run to go. */
  skipSteps: string[];
  /** When to ask again; 0: no need to. */
  retryAfterSeconds: number;
}

const SOONEST_SECONDS = 1;
const LATEST_SECONDS = 60;

/** What a run needs, and what it can leave out without it (none: it must wait). */
export function neededBy(
  dependencies: readonly Dependency[],
  intent: Intent,
): { dependency: Dependency; steps: string[] }[] {
  return dependencies.flatMap((dependency) => {
    const need = dependency.neededBy.find(({ match }) => matchesIntent(match, intent));
    return need === undefined ? [] : [{ dependency, steps: need.steps }];
  });
}

/** Only what is up is there: what is suspected, or not known, is not. */
export function preflight(
  dependencies: readonly Dependency[],
  standing: (dependency: Dependency) => Standing,
  intent: Intent,
): PreflightAnswer {
  const needed = neededBy(dependencies, intent).map((one) => ({ ...one, ...standing(one.dependency) }));
  const missing = needed.filter(({ state }) => state !== 'up');
  const blocking = missing.filter(({ steps }) => steps.length === 0);
  const skipSteps = [...new Set(missing.flatMap(({ steps }) => steps))];
  return {
    answer: blocking.length > 0 ? 'wait' : skipSteps.length > 0 ? 'skip-steps' : 'go',
    reasons: reasonsFor(needed.length, missing),
    dependencies: needed.map(({ dependency, steps, state, since, reason }) => ({
      name: dependency.name,
      kind: dependency.kind,
      state,
      since: iso(since),
      reason,
      steps,
    })),
    skipSteps,
    retryAfterSeconds: blocking.length === 0 ? 0 : askAgainIn(blocking.map(({ dependency }) => dependency.interval)),
  };
}

type Missing = Standing & { dependency: Dependency; steps: readonly string[] };

function reasonsFor(needed: number, missing: readonly Missing[]): string[] {
  if (needed === 0) return ['no dependency of prunella.yaml is needed by this run'];
  if (missing.length === 0) return [`all that it needs is up (${needed})`];
  return missing.map(({ dependency, steps, state, reason }) => {
    const then = steps.length === 0 ? 'the run waits' : `without ${steps.join(', ')} it can go`;
    return `${dependency.name} (${addressOf(dependency)}) is ${state}, so ${then}: ${reason}`;
  });
}

function askAgainIn(intervals: readonly number[]): number {
  const seconds = Math.ceil(Math.min(...intervals) / 2_000);
  return Math.min(Math.max(seconds, SOONEST_SECONDS), LATEST_SECONDS);
}

function matchesIntent(match: Dependency['neededBy'][number]['match'], intent: Intent): boolean {
  return Object.entries(match).every(([field, globs]) =>
    [globs].flat().some((glob) => globMatches(glob, intent[field as keyof Intent])),
  );
}
