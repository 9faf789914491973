import type { Alternative } from '@prunella/contracts';
import { redact } from '@prunella/signals';
import type { Candidate } from './candidate.ts';
import { round } from './weigh.ts';

/** More causes than these are noise. */
const MOST = 5;

/** The best candidate of each other cause, and why it is not the one. @param abstainsBelow what is less likely is never named as the cause. */
export function alternativesTo(
  best: Candidate,
  candidates: readonly Candidate[],
  abstainsBelow: number,
): Alternative[] {
  const byCause = new Map<string, Alternative>();
  for (const candidate of candidates) {
    const { cause, confidence, decidedBy, action, says } = candidate;
    if (cause === best.cause || byCause.has(cause)) continue;
    const whyNot = whyNotOf(candidate, best, abstainsBelow);
    byCause.set(cause, {
      cause,
      confidence: round(confidence),
      decidedBy,
      action: action.type,
      says: redact(says),
      whyNot,
    });
  }
  return [...byCause.values()].slice(0, MOST);
}

function whyNotOf({ confidence }: Candidate, best: Candidate, abstainsBelow: number): string {
  const [own, other] = [confidence, best.confidence].map((value) => round(value).toFixed(2));
  if (confidence < abstainsBelow) {
    return `${own} is less than the ${abstainsBelow.toFixed(2)} from which on a cause is named`;
  }
  if (confidence < best.confidence) return `${own} is less than the ${other} of ${best.cause}`;
  return best.lower === undefined
    ? `no more likely than ${best.cause} with ${other}, which stands before it`
    : `${own} by its own word; with what past outcomes taught, ${best.cause} comes before it`;
}
