import { type ActionType, actionTypes, type Failure } from '@prunella/contracts';
import type { Candidate } from './candidate.ts';

/** Less than a rule that knows the failure, and less than it takes to change a workload without a human (`thresholds.reversible`). */
const CONFIDENCE = 0.75;

/** What the reporter of a failure suggests, as a candidate; undefined: nothing, or no action that there is. */
export function suggested(error: Failure | undefined): Candidate | undefined {
  const type = actionTypes.find((each) => each === error?.suggestedAction) satisfies ActionType | undefined;
  if (error === undefined || type === undefined) return undefined;
  const name = nameOf(error);
  return {
    cause: 'unknown',
    action: { type, parameters: {} },
    decidedBy: `reporter:${name}`,
    says: `${name} suggests ${type}`,
    transient: 0.3,
    prior: CONFIDENCE,
    confidence: CONFIDENCE,
    lines: [],
    count: 0,
    notes: [],
  };
}

/** What outcomes are learnt by: short, and the same for the same kind of error. */
function nameOf({ type }: Failure): string {
  return type.replaceAll(/[^\w.-]+/g, '-').slice(0, 64) || 'failure';
}
