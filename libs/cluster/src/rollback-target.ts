import { badRevisions } from './notes.ts';
import type { PodTemplate } from './objects.ts';
import { templateHash } from './template.ts';
import { nameOf, type Revision, type Workload } from './workload.ts';

/** The revision to go back to, or why there is none. */
export type RollbackTarget =
  | {
      kind: 'revision';
      revision: number;
      from: number;
      template: PodTemplate;
      /** Of the template that is left, and of the one that is gone back to. */
      fromHash: string;
      hash: string;
    }
  | { kind: 'none'; reason: string };

/**
 * The previous good revision: below the current one, with another template, and none that was rolled back from before. The newest of them that
 * serves right now, as one does while the current revision hangs; else the newest, as `kubectl rollout undo` takes it, but never one whose
 * pods are there and none is ready. While an update is brought in step by step, only what its controller keeps as stable. Pure.
 */
export function rollbackTarget(workload: Workload, revisions: readonly Revision[]): RollbackTarget {
  const name = nameOf(workload);
  const { owner, blocked, revision: current } = workload;
  if (owner !== undefined) {
    const way = 'roll back in its repository, by hand or by one of the `alternatives` of the policy';
    return none(`${owner} owns ${name} and would undo it; ${way}`);
  }
  if (blocked !== undefined) return none(`${name} ${blocked}`);
  if (current === undefined) return none(`${name} has no revision yet`);
  const fromHash = hashNow(workload, revisions);
  const earlier = revisions.filter(({ number, hash }) => number < current && hash !== fromHash);
  if (earlier.length === 0) return none(`${name} has no earlier revision that differs from revision ${current}`);
  const bad = badRevisions(workload.annotations);
  const good = earlier.filter(({ hash }) => !bad.includes(hash));
  if (good.length === 0) {
    const numbers = earlier.map(({ number }) => number).join(', ');
    return none(`${name} has no earlier revision that was not rolled back from before (${numbers})`);
  }
  const target = workload.stable === undefined ? best(good) : good.find((one) => isStable(one, workload));
  if (target === undefined) {
    return none(
      workload.stable === undefined
        ? `${name} has no earlier revision with a ready replica`
        : `the stable revision of ${name} is gone, or was rolled back from before`,
    );
  }
  const { number: revision, template, hash } = target;
  return { kind: 'revision', revision, from: current, template, fromHash, hash };
}

/** The hash of the template that a workload is at. Its revision knows it with what the API server added, which a custom resource lacks. */
export function hashNow({ template }: Workload, revisions: readonly Revision[]): string {
  return revisions.find(({ current }) => current)?.hash ?? templateHash(template);
}

function best(earlier: readonly Revision[]): Revision | undefined {
  return earlier.find(({ health }) => health === 'ready') ?? earlier.find(({ health }) => health !== 'unready');
}

function isStable({ podLabel }: Revision, { stable }: Workload): boolean {
  return podLabel?.value === stable;
}

function none(reason: string): RollbackTarget {
  return { kind: 'none', reason };
}
