import { domainOf } from '@prunella/core';
import { fingerprint } from '@prunella/signals';
import { alternativesTo } from './alternatives.ts';
import type { Candidate } from './candidate.ts';
import type { Diagnosis, DiagnosisDeps, DiagnosisInput } from './diagnosis.ts';
import { announcedBy, evidenceOf } from './evidence.ts';
import { excerptsOf } from './excerpts.ts';
import { explain } from './explain.ts';
import { merged, propose } from './propose.ts';
import { readError, readLogs } from './reading.ts';
import { vetoesOf } from './vetoes.ts';
import { round, weighWithMetrics, weighWithOutcomes } from './weigh.ts';

/** What holds when nothing is known: one more try, said as what it is. */
const RETRY_ONCE: Candidate = {
  cause: 'unknown',
  action: { type: 'retry', parameters: { attempts: 1 } },
  decidedBy: 'default',
  says: 'The cause is unknown, so one retry is the best guess.',
  transient: 0.3,
  prior: 0.5,
  confidence: 0.5,
  lines: [],
  count: 0,
  notes: [],
};

/** Below this a cause is named as an alternative only. */
const ABSTAINS_BELOW = 0.35;

/**
 * Says why something failed and what would help. Same input, same answer; never throws, whatever the logs hold.
 *
 * Rules propose, a model speaks where they are silent, metrics confirm or speak for themselves, outcomes correct
 * the confidence, the best one wins. Where nothing is likely enough the cause is `unknown`, with what it could be.
 */
export function diagnose(input: DiagnosisInput, d: DiagnosisDeps): Diagnosis {
  const logs = readLogs(input.logs);
  const error = input.error && readError(input.error);
  const proposals = propose({ ...input, ...(error && { error }) }, logs, d);
  const candidates = inOrder(weighWithMetrics(merged(proposals), input.metrics), d.learnt);
  const [surest] = candidates;
  const best =
    surest !== undefined && surest.confidence >= ABSTAINS_BELOW ? surest : weighWithOutcomes(RETRY_ONCE, d.learnt);
  const evidence = evidenceOf(best, logs, error, d.rules);
  return {
    cause: best.cause,
    domain: domainOf(best.cause),
    // Candidates compete by what is expected of them; what may be done is held against what can be counted on.
    confidence: round(best.lower ?? best.confidence),
    ...(best.lower !== undefined && { mean: round(best.confidence) }),
    ...(best.demoted !== undefined && { demoted: best.demoted }),
    prior: best.prior,
    transient: best.transient,
    action: best.action,
    decidedBy: best.decidedBy,
    explanation: explain(best, evidence, logs),
    fingerprint: fingerprint(best.cause, decisiveTexts(best, evidence[0]?.text, announcedBy(best, logs, error)?.text)),
    evidence,
    alternatives: alternativesTo(best, candidates, ABSTAINS_BELOW),
    excerpts: excerptsOf(evidence, logs),
    metrics: { ...input.metrics },
    vetoes: vetoesOf(best, proposals),
  };
}

/**
 * Surest first. What outcomes taught about one candidate moves it by as much as it differs from that candidate's own
 * word: others, which nothing was learnt about, were weighed by more than their own word too.
 */
function inOrder(weighed: readonly Candidate[], learnt: DiagnosisDeps['learnt']): Candidate[] {
  return weighed
    .map((candidate) => {
      const taught = weighWithOutcomes(candidate, learnt);
      const moved = taught.lower === undefined ? 0 : taught.confidence - candidate.prior;
      return { candidate: taught, order: candidate.confidence + moved };
    })
    .sort((a, b) => b.order - a.order)
    .map(({ candidate }) => candidate);
}

/**
 * Metrics have no line: what decided is then the same for all of their kind. A heading is the same for all failures;
 * what it announces tells them apart.
 */
function decisiveTexts({ decidedBy }: Candidate, text: string | undefined, announced: string | undefined): string[] {
  if (text === undefined || decidedBy.startsWith('metrics:')) return [decidedBy];
  return announced === undefined ? [text] : [text, announced];
}
