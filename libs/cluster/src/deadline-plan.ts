import { formatDuration } from '@prunella/core';
import { nameOf, type Workload } from './workload.ts';

/** How far the time that a rollout may take is to be raised. */
export interface DeadlineWish {
  /** So many times the deadline that stands there; more than 1. */
  factor: number;
  /** Never more than this, in seconds. */
  mostSeconds: number;
  /** Never raised more often than this: what needs ever more time is not slow. */
  times: number;
}

/** The longer deadline, or why there is none. */
export type DeadlinePlan =
  | {
      kind: 'plan';
      /** Seconds. */
      from: number;
      to: number;
      /** To be written on the workload: what it was before. */
      annotations: Record<string, string>;
    }
  | { kind: 'none'; reason: string };

const RAISED = 'prunella.dev/raised-deadline';

/** A longer progress deadline: the one that stands there times the factor, at most what may be given, never less than it is. Pure. */
export function deadlinePlan(workload: Workload, { factor, mostSeconds, times }: DeadlineWish): DeadlinePlan {
  const name = nameOf(workload);
  const { kind, owner, blocked, deadlineSeconds: from } = workload;
  if (owner !== undefined) {
    const way =
      'raise spec.progressDeadlineSeconds in its repository, by hand or by one of the `alternatives` of the policy';
    return none(`${owner} owns ${name} and would undo it; ${way}`);
  }
  if (blocked !== undefined) return none(`${name} ${blocked}`);
  if (from === undefined) return none(`a ${kind} has no deadline for its rollouts that could be raised`);
  const earlier = raisedBefore(workload);
  if (earlier.length >= times) {
    const list = earlier.map(inWords).join(' to ');
    return none(`the deadline of ${name} was raised already, from ${list}: what needs ever more time is not just slow`);
  }
  const to = Math.min(Math.ceil(from * factor), mostSeconds);
  if (to <= from) {
    return none(`${name} has ${inWords(from)} already, and ${inWords(mostSeconds)} is the most that may be given`);
  }
  return { kind: 'plan', from, to, annotations: { [RAISED]: [...earlier, from].join(' ') } };
}

/** What is to be written on a workload whose deadline is put back. Pure. */
export function withoutLastRaise(workload: Workload): Record<string, string> {
  return { [RAISED]: raisedBefore(workload).slice(0, -1).join(' ') };
}

/** Deadlines that it had before, in seconds, as earlier raises noted them. */
function raisedBefore({ self }: Workload): number[] {
  return (self.annotations[RAISED] ?? '')
    .split(' ')
    .map(Number)
    .filter((seconds) => seconds > 0);
}

function inWords(seconds: number): string {
  return formatDuration(seconds * 1_000);
}

function none(reason: string): DeadlinePlan {
  return { kind: 'none', reason };
}
