import type { Cause } from '@prunella/contracts';
import { matchRules, type RuleSet } from '@prunella/rules';
import { against } from './arbitrate.ts';
import type { Candidate } from './candidate.ts';
import type { DiagnosisInput } from './diagnosis.ts';
import { candidateOf } from './of-rule.ts';
import type { JobReading } from './reading.ts';
import { round } from './weigh.ts';

/** How a platform ends a job from outside: nothing that its log says did that. */
const ENDED_FROM_OUTSIDE: ReadonlySet<Cause> = new Set(['runner_lost', 'timeout']);
/** By so much what a log says is less likely then. */
const LESS = 0.01;

/**
 * With what the platform says of a job beside its log. Where it ended the job itself (the runner was lost) and no step had failed before, that is why, whatever stands in the log; where one had, a
 * failure of the code comes first, as it would have failed anyhow.
 */
export function withAnnotations(
  candidates: readonly Candidate[],
  reading: JobReading,
  rules: RuleSet,
  metrics: DiagnosisInput['metrics'],
): Candidate[] {
  const { annotations, job, failedStep } = reading;
  if (annotations.length === 0) return [...candidates];
  const said = matchRules(rules, { lines: annotations.map((line) => ({ ...line, job })), metrics })
    // Rules about metrics alone need no line: they speak for the run.
    .filter(({ count }) => count > 0)
    .map(candidateOf)
    .map((candidate) => ({
      ...candidate,
      lines: candidate.lines.map((line) => ({ ...line, source: 'annotation' as const })),
      notes: ['the platform says so of the job'],
    }));
  const ended = said.find(({ cause }) => ENDED_FROM_OUTSIDE.has(cause));
  if (ended === undefined || failedStep !== undefined) {
    return [...candidates, ...said.map((candidate) => against(candidate, candidates))];
  }
  const most = round(ended.confidence - LESS);
  return [...candidates.map((one) => ({ ...one, confidence: Math.min(one.confidence, most) })), ...said];
}
