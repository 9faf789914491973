import { type Change, type DeadlinePlan, deadlinePlan, templateHash, type Workload } from '@prunella/cluster';
import { formatDuration } from '@prunella/core';
import type { Policy } from '@prunella/policy';
import { z } from 'zod';
import type { Order } from '../../order.ts';
import { notesOf } from '../workload.ts';

const Parameters = z.object({ factor: z.number().gt(1).max(10).default(2) });

/** What was changed, in seconds. */
export type Raise = NonNullable<Change['deadline']>;

/** The deadline that the order and the policy give to a workload, or why there is none. Pure. */
export function longerDeadline({ action }: Order, workload: Workload, limits: Policy['timeouts']): DeadlinePlan {
  const parameters = Parameters.safeParse(action.parameters);
  if (!parameters.success) {
    const [issue] = parameters.error.issues;
    return { kind: 'none', reason: `parameters.${issue?.path.join('.')}: ${issue?.message}` };
  }
  const { factor } = parameters.data;
  return deadlinePlan(workload, { factor, mostSeconds: Math.floor(limits.deadline / 1_000), times: limits.times });
}

/** What is written on a workload with another deadline. That makes no revision: what its history says of this one stays as it is. */
export function notesOfDeadline(
  order: Order,
  workload: Workload,
  deadline: Raise,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const hash = templateHash(workload.template);
  return notesOf(order, workload, { from: hash, to: hash, deadline }, more).annotations ?? {};
}

export function inWords(seconds: number): string {
  return formatDuration(seconds * 1_000);
}
