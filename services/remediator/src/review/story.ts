import type { ActionStatus, Outcome, Run } from '@prunella/contracts';
import { stableId } from '@prunella/core';
import type { Order } from '../order.ts';

/** A step that an order took. Times in ms since the epoch. */
export type Became =
  | { kind: 'scheduled'; dueAt: number }
  | { kind: 'parked'; says: string }
  | { kind: 'asked'; expiresAt: number }
  | { kind: 'concluded'; status: ActionStatus; effect: string; explanation: string }
  | { kind: 'proven'; outcome: Outcome; reason: string };

/** What the author of a change is told about a pipeline of it: the newest order, and how far it is. Survives in KV as JSON. */
export interface Story {
  order: Order;
  waits?: Extract<Became, { kind: 'scheduled' | 'parked' | 'asked' }>;
  result?: Extract<Became, { kind: 'concluded' }>;
  proof?: Extract<Became, { kind: 'proven' }>;
  /** What became of the earlier attempts of the same incident, the oldest first. */
  earlier: readonly string[];
  /** Whether it was written just as it is. */
  said: boolean;
}

const MOST_EARLIER = 10;

/** One story for a pipeline on a branch: what failed there last is what its author wants to know. Safe as a KV key. */
export function storyKey({ platform, repository, pipelineId, branch }: Run): string {
  return stableId('note', platform, repository, pipelineId, branch);
}

/**
 * The story with one more step. The same object when that is nothing new: a step that was told before, or one of an order that is not the newest.
 * Pure.
 */
export function withStep(story: Story | undefined, order: Order, became: Became): Story {
  if (story === undefined) return step({ order, earlier: [], said: false }, became);
  if (story.order.key === order.key) {
    const next = step({ ...story, order: newer(order, story.order) }, became);
    return isSame(next, story) ? story : { ...next, said: false };
  }
  if (order.decidedAt < story.order.decidedAt) return story;
  const earlier = story.order.incidentId === order.incidentId ? [...story.earlier, inBrief(story)] : [];
  return step({ order, earlier: earlier.slice(-MOST_EARLIER), said: false }, became);
}

function step(story: Story, became: Became): Story {
  switch (became.kind) {
    case 'concluded':
      return { ...story, result: became };
    case 'proven':
      return { ...story, proof: became };
    default:
      return { ...story, waits: became };
  }
}

/** An order that was approved was decided once more. */
function newer(a: Order, b: Order): Order {
  return a.decidedAt >= b.decidedAt ? a : b;
}

function isSame(a: Story, b: Story): boolean {
  const shown = ({ order, waits, result, proof }: Story) => JSON.stringify([order.decidedAt, waits, result, proof]);
  return shown(a) === shown(b);
}

function inBrief({ order, result, proof }: Story): string {
  const what = result?.effect || result?.explanation || order.explanation;
  return `Attempt ${order.run.attempt}: ${what}${proof === undefined ? '' : ` (${proof.outcome})`}`;
}
