import type { Run } from '@prunella/contracts';
import { type Clock, type Notification, stableId } from '@prunella/core';
import { type Policy, settingsFor } from '@prunella/policy';
import type { Timers } from '../act/timers.ts';
import { NOTE, type Order } from '../order.ts';

/** Something that people are told and that is about no decision. */
export interface Announcement {
  /** Id of the event that it follows from: it is told once for each. */
  eventId: string;
  /** What it is about; what is not known is empty. */
  run: Run;
  says: Omit<Notification, 'key'>;
}

export interface AnnounceDeps {
  readonly policy: Policy;
  timers: Pick<Timers, 'set'>;
  clock: Clock;
}

/** News does not get better by age. */
const GIVE_UP_AFTER_MS = 2 * 3_600_000;

/** A run of which only the repository is known. */
export function runOf(repository: string): Run {
  return {
    repository,
    pipelineId: '',
    platform: '',
    runId: '',
    attempt: 1,
    headSha: '',
    branch: '',
    environment: '',
    url: '',
    name: '',
    kind: 'run',
  };
}

/** Tells people once, however often it is asked for and by how many replicas. In mode observe nothing is said outside. */
export async function announce(announcement: Announcement, { policy, timers, clock }: AnnounceDeps): Promise<void> {
  const now = clock.now();
  const about = { run: announcement.run, action: 'notify_human', cause: 'unknown' } as const;
  if (settingsFor(policy, about, now).mode.value === 'observe') return;
  const giveUpAt = now + GIVE_UP_AFTER_MS;
  await timers.set({ kind: 'act', dueAt: now, giveUpAt, order: orderOf(announcement, now), failures: 0 });
}

/** A note goes the way of all orders: under a claim, and again when it was cut off. */
function orderOf({ eventId, run, says }: Announcement, now: number): Order {
  return {
    key: `${stableId('told', eventId)}${NOTE}`,
    incidentId: '',
    run,
    action: { type: 'notify_human', parameters: {} },
    risk: 'free',
    mode: 'act',
    verdict: 'handing_over',
    reasons: [],
    explanation: says.text,
    diagnosis: '',
    cause: 'unknown',
    decidedBy: 'default',
    fingerprint: '',
    confidence: 1,
    prior: 1,
    evidence: [],
    decidedAt: now,
    dueAt: now,
    approveWithinMs: 0,
    says,
  };
}
