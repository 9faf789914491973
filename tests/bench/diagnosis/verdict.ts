import { type Diagnosis, type DiagnosisDeps, diagnose } from '@prunella/diagnosis';
import { defaultPolicy } from '@prunella/policy';
import type { Item } from './datasets.ts';
import type { Verdict } from './score.ts';

/** Actions that run the same thing again. */
const RERUNS: ReadonlySet<string> = new Set([
  'retry',
  'retry_with_backoff',
  'wait_for_dependency',
  'alternative_path',
  'reset_connections',
]);

/** What the product says about an item, from nothing but its log, as `prunella diagnose` does. */
export function verdictOf(item: Item, deps: Omit<DiagnosisDeps, 'learnt'>): Verdict {
  const text = item.text();
  const logs = [{ job: '', text, firstLine: 1 }];
  const made = diagnose({ logs, jobs: [], metrics: {}, conclusion: 'failure' }, { ...deps, learnt: () => undefined });
  const total = text.split('\n').length;
  return {
    set: item.set,
    project: item.project,
    cause: item.cause ?? '',
    acceptable: item.acceptable,
    said: made.cause,
    second: made.alternatives[0]?.cause,
    confidence: made.confidence,
    decidedBy: made.decidedBy,
    transient: item.transient,
    reruns: wouldRerun(made),
    evidenceHit:
      item.explained.length === 0
        ? undefined
        : made.evidence.some(({ line }) => item.explained.some(([from, to]) => line >= from && line <= to)),
    removed: Math.max(0, 1 - made.evidence.length / total),
  };
}

function wouldRerun({ action, confidence, vetoes }: Diagnosis): boolean {
  return RERUNS.has(action.type) && confidence >= defaultPolicy.thresholds.cheap && vetoes.length === 0;
}
