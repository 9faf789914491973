/** What the policy of the run promises, told to the checks in plain numbers. `policyOf` writes the same as `prunella.yaml`. */
export interface Promised {
  /** Reruns of one run, at most. */
  attempts: number;
  /** Repositories by the beginning of their names; the first that fits. */
  repositories: readonly RepositoryPromise[];
  /** Reruns at a time, at most, of those that waited in a storm. */
  inStorm: number;
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

export const PROMISED: Promised = {
  attempts: 3,
  repositories: [
    { prefix: 'chaos/tight-', mode: 'act', actions: 2 },
    { prefix: 'chaos/pooled-', mode: 'act', together: 3 },
    { prefix: 'chaos/asked-', mode: 'approve' },
    { prefix: 'chaos/advised-', mode: 'recommend' },
    { prefix: 'chaos/watched-', mode: 'observe' },
    { prefix: 'chaos/', mode: 'act' },
  ],
  inStorm: 2,
  // Without faults 190 to 330 MiB each after half a minute of load, mostly what is read at the start. Twice the most: V8 may keep as much again before it collects, and what leaks
  // 2 MiB a second is over it within three minutes.
  memoryMiB: 660,
};

export function promiseOf({ repositories }: Promised, repository: string): RepositoryPromise | undefined {
  return repositories.find(({ prefix }) => repository.startsWith(prefix));
}

/** `prunella.yaml` that promises this. */
export function policyOf({ attempts, inStorm, repositories }: Promised): string {
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
    ...['version: 1', 'mode: recommend', `attempts: ${attempts}`, 'breaker: { failures: 100 }'],
    `storm: { pipelines: 6, within: 1m, atATime: ${inStorm} }`,
    ...['budgets:', ...budgets, 'pipelines:', ...pipelines, ''],
  ].join('\n');
}
