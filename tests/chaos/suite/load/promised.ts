/** What the policy of the run promises, told to the checks in plain numbers. `policyOf` writes the same as `prunella.yaml`. */
export interface Promised {
  /** Reruns of one run, at most. */
  attempts: number;
  /** Reruns in all repositories together, at most. */
  inAll: number;
  /** Repositories by the beginning of their names; the first that fits. */
  repositories: readonly RepositoryPromise[];
  /** Resident memory that a process may have, in MiB. */
  memoryMiB: number;
}

export interface RepositoryPromise {
  prefix: string;
  mode: 'act' | 'approve' | 'recommend' | 'observe';
  /** Reruns in one such repository, at most; undefined: as many as `inAll`. */
  actions?: number;
}

export const PROMISED: Promised = {
  attempts: 3,
  inAll: 1_000,
  repositories: [
    { prefix: 'chaos/tight-', mode: 'act', actions: 2 },
    { prefix: 'chaos/asked-', mode: 'approve' },
    { prefix: 'chaos/advised-', mode: 'recommend' },
    { prefix: 'chaos/watched-', mode: 'observe' },
    { prefix: 'chaos/', mode: 'act' },
  ],
  // Without faults 190 to 330 MiB each after half a minute of load, mostly what is read at the start. Twice the most: V8 may keep as much again before it collects, and what leaks
  // 2 MiB a second is over it within three minutes.
  memoryMiB: 660,
};

export function promiseOf({ repositories }: Promised, repository: string): RepositoryPromise | undefined {
  return repositories.find(({ prefix }) => repository.startsWith(prefix));
}

/** `prunella.yaml` that promises this. */
export function policyOf(promised: Promised): string {
  const { attempts, inAll, repositories } = promised;
  const budgets = [
    `  - { name: all, per: everything, within: 1d, actions: ${inAll} }`,
    ...repositories
      .filter(({ actions }) => actions !== undefined)
      .map(
        ({ prefix, actions }, n) =>
          `  - { name: tight-${n}, match: { repository: "${prefix}*" }, per: repository, within: 1d, actions: ${actions} }`,
      ),
  ];
  const pipelines = repositories.map(
    ({ prefix, mode }) => `  - { match: { repository: "${prefix}*" }, mode: ${mode} }`,
  );
  return [
    ...['version: 1', 'mode: recommend', `attempts: ${attempts}`, 'breaker: { failures: 100 }'],
    ...['storm: { pipelines: 6, within: 1m, atATime: 10 }', 'budgets:', ...budgets, 'pipelines:', ...pipelines, ''],
  ].join('\n');
}
