import { LAB } from './stories.ts';

/** What the policy of the run promises, told to the checks in plain numbers. `policyOf` writes the same as `prunella.yaml`. */
export interface Promised {
  /** Reruns of one run, at most. */
  attempts: number;
  /** Repositories by the beginning of their names; the first that fits. */
  repositories: readonly RepositoryPromise[];
  /** Reruns at a time, at most, of those that waited in a storm. */
  inStorm: number;
  /** Reruns of an action on a platform that did not help, in a row, after which it rests for the rest of the run. */
  failures: number;
  /** Resident memory that a process may have, in MiB. */
  memoryMiB: number;
}

export interface RepositoryPromise {
  prefix: string;
  mode: 'act' | 'approve' | 'recommend' | 'observe';
  /** Reruns in one such repository, at most. Default: no limit. */
  actions?: number;
  /** Reruns in all such repositories together, at most. Default: no limit. */
  together?: number;
}

/** On either platform, each for itself. */
const REPOSITORIES: readonly RepositoryPromise[] = [
  { prefix: 'chaos/tight-', mode: 'act', actions: 2 },
  { prefix: 'chaos/pooled-', mode: 'act', together: 3 },
  { prefix: 'chaos/flood-', mode: 'act', together: 2 },
  { prefix: 'chaos/asked-', mode: 'approve' },
  { prefix: 'chaos/advised-', mode: 'recommend' },
  { prefix: 'chaos/watched-', mode: 'observe' },
  { prefix: 'chaos/', mode: 'act' },
];

export const PROMISED: Promised = {
  attempts: 3,
  repositories: ['', LAB].flatMap((before) => REPOSITORIES.map((one) => ({ ...one, prefix: before + one.prefix }))),
  inStorm: 2,
  failures: 15,
  // Without faults 190 to 330 MiB each after half a minute of load, mostly what is read at the start. Twice the most: V8 may keep as much again before it collects, and what leaks
  // 2 MiB a second is over it within three minutes.
  memoryMiB: 660,
};

export function promiseOf({ repositories }: Promised, repository: string): RepositoryPromise | undefined {
  return repositories.find(({ prefix }) => repository.startsWith(prefix));
}

/** `prunella.yaml` that promises this. */
export function policyOf({ attempts, inStorm, failures, repositories }: Promised): string {
  const budgets = repositories.flatMap(({ prefix, actions, together }, n) => {
    const match = `match: { repository: "${prefix}*" }`;
    const budget = (per: string, limit: number | undefined) =>
      limit === undefined ? [] : [`  - { name: ${per}-${n}, ${match}, per: ${per}, within: 1d, actions: ${limit} }`];
    return [...budget('repository', actions), ...budget('everything', together)];
  });
  const pipelines = repositories.map(
    ({ prefix, mode }) => `  - { match: { repository: "${prefix}*" }, mode: ${mode} }`,
  );
  return [
    ...['version: 1', 'mode: recommend', `attempts: ${attempts}`],
    // Half of what is played does not heal, on purpose. Within a minute that would teach to recommend only, and nothing more were done that could go wrong.
    'learning: { priorWeight: 1000, demoteAfter: 1000 }',
    `breaker: { failures: ${failures} }`,
    `storm: { pipelines: 6, within: 1m, atATime: ${inStorm} }`,
    ...['budgets:', ...budgets, 'pipelines:', ...pipelines, ''],
  ].join('\n');
}
