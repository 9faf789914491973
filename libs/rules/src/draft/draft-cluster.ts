import type { Cause } from '@prunella/contracts';
import { type DraftRequest, suggestCause } from './draft-rule.ts';

/** More failures than these hold no more that is new. */
export const MOST_DRAFT_SAMPLES = 50;

/** Failures of unknown cause that are the same, as the auditor tells them. */
export interface ClusterOfFailures {
  id: string;
  count: number;
  /** ISO 8601. */
  firstSeen: string;
  lastSeen: string;
  repositories: readonly string[];
  /** Some of them, at most `MOST_DRAFT_SAMPLES`. */
  incidents: readonly {
    id: string;
    evidence: readonly { text: string }[];
    alternatives: readonly { cause: Cause; confidence: number }[];
  }[];
}

/**
 * What a rule for a cluster is to be drafted from.
 *
 * @param given `cause`: none: the one that the diagnoses considered most; `taken`: ids that other rules have.
 * @returns undefined: no cause is given, and nothing suggests one.
 */
export function draftRequestOf(
  { id, count, firstSeen, lastSeen, repositories, incidents }: ClusterOfFailures,
  given: { cause?: DraftRequest['cause'] | undefined; taken: ReadonlySet<string> },
): DraftRequest | undefined {
  const cause = given.cause ?? suggestCause(incidents.map(({ alternatives }) => alternatives));
  if (cause === undefined) return undefined;
  const samples = incidents
    .map((incident) => ({ incidentId: incident.id, evidence: incident.evidence.map(({ text }) => text) }))
    .filter(({ evidence }) => evidence.length > 0);
  const where = repositories.length > 0 ? ` of ${repositories.join(', ')}` : '';
  const comment = [
    `Drafted from the cluster ${id}: ${count} failures${where}, ${firstSeen.slice(0, 10)} to ${lastSeen.slice(0, 10)}.`,
    `Read it before you use it: is the cause ${cause}, are says, transient and action right, what else does the pattern match?`,
  ];
  return { samples, cause, taken: given.taken, comment };
}
