import { type Diagnosis, diagnose } from '@prunella/diagnosis';
import type { RuleSet } from '@prunella/rules';

/** Diagnoses a log that stands alone: the job is unknown, nothing was measured, nothing learnt. */
export function diagnoseLog(rules: RuleSet, text: string): Diagnosis {
  const logs = [{ job: '', text, firstLine: 1 }];
  return diagnose({ logs, jobs: [], metrics: {}, conclusion: 'failure' }, { rules, learnt: () => undefined });
}
