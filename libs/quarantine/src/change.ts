import type { Evidence, QuarantineChange, QuarantineChanged } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { type Entry, entryId, isInForce } from './entry.ts';

/** What somebody wants to be skipped. */
export interface Wish {
  test: string;
  repository: string;
  /** Empty: nobody is named. */
  owner: string;
  reason: string;
  evidence: Evidence[];
  incidentIds: string[];
  /** For how long, in ms. */
  expiryMs: number;
  greens: number;
  by: string;
}

const MOST_INCIDENTS = 20;

/**
 * The change that puts a test in quarantine, or gives it another owner, reason and expiry where it is in already.
 *
 * @param known how it stood before; undefined: it was never in.
 * @param at in ms since the epoch.
 */
export function addition(
  { expiryMs, incidentIds, ...wish }: Wish,
  known: Entry | undefined,
  at: number,
): QuarantineChanged {
  const since = after(known, at);
  const extends_ = known !== undefined && isInForce(known, at);
  const earlier = extends_ ? known.incidentIds : [];
  return {
    entryId: entryId(wish.repository, wish.test),
    change: extends_ ? 'extended' : 'added',
    ...wish,
    evidence: wish.evidence.length === 0 && extends_ ? known.evidence : wish.evidence,
    incidentIds: [...new Set([...earlier, ...incidentIds])].slice(-MOST_INCIDENTS),
    expiresAt: iso(since + expiryMs),
    at: iso(since),
  };
}

/** The change that takes a test out. */
export function changeOf(
  { eventId: _, ...known }: Entry,
  change: Exclude<QuarantineChange, 'added' | 'extended'>,
  { by, reason, at }: { by: string; reason: string; at: number },
): QuarantineChanged {
  return { ...known, change, by, reason, at: iso(after(known, at)) };
}

/** Clocks differ: what somebody does who has seen an entry is later than what they saw. */
function after(known: Pick<Entry, 'at'> | undefined, at: number): number {
  return known === undefined ? at : Math.max(at, Date.parse(known.at) + 1);
}
