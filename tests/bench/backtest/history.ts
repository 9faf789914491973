import type { PastEvent } from '@prunella/backtest';
import type { DiagnosisMade, Run } from '@prunella/contracts';
import { iso, seededRandom, stableId } from '@prunella/core';

/** What a made-up failure is about, and how often a rerun of the same commit passes. Numbers out of thin air: they are to give work, not to be believed. */
const KINDS = [
  { cause: 'network', action: 'retry_with_backoff', domain: 'platform', passes: 0.85, share: 0.3 },
  { cause: 'runner_lost', action: 'retry', domain: 'platform', passes: 0.95, share: 0.1 },
  { cause: 'rate_limit', action: 'retry_with_backoff', domain: 'platform', passes: 0.7, share: 0.05 },
  { cause: 'test_failure', action: 'notify_human', domain: 'code', passes: 0.1, share: 0.35 },
  { cause: 'compile_error', action: 'notify_human', domain: 'code', passes: 0, share: 0.1 },
  { cause: 'oom', action: 'scale_resources', domain: 'platform', passes: 0.2, share: 0.05 },
  { cause: 'timeout', action: 'retry', domain: 'platform', passes: 0.5, share: 0.05 },
] as const;

/** Of what is seen to fail, so much is run again by somebody. */
const RERUN = 0.6;
const MINUTE = 60_000;

/**
 * A synthetic history of so many failures in the order of time, over 90 days and 200 repositories: always the same for the same number. Once in a while
 * a storm makes hundreds of pipelines fail alike.
 */
export function* syntheticHistory(failures: number, start = Date.UTC(2026, 0, 1)): Generator<PastEvent> {
  const random = seededRandom(7);
  const step = (90 * 86_400_000) / failures;
  const later: PastEvent[] = [];
  let storm = 0;
  for (let number = 0; number < failures; number++) {
    const at = Math.round(start + number * step);
    yield* due(later, at);
    storm = storm > 0 ? storm - 1 : random() < 0.0005 ? 300 : 0;
    const kind = storm > 0 ? KINDS[0] : pick(random());
    const repository = `acme/service-${Math.floor(random() ** 2 * 200)}`;
    const run = runOf(number, repository, 1);
    const fingerprint = storm > 0 ? 'fp_storm' : `fp_${kind.cause}_${Math.floor(random() * 500)}`;
    const incidentId = stableId('inc', 'github', repository, '', run.runId);
    const confidence = Math.round((0.4 + random() * 0.6) * 100) / 100;
    const diagnosis = diagnosisOf(kind, run, { incidentId, fingerprint, confidence });
    yield* failed(number, 1, at, diagnosis);
    if (random() > RERUN) continue;
    const rerunAt = at + Math.round((2 + random() * 240) * MINUTE);
    const next = { ...run, attempt: 2 };
    if (random() < kind.passes) later.push(passed(number, rerunAt, incidentId, next));
    else later.push(...failed(number, 2, rerunAt, { ...diagnosis, run: next }));
  }
  yield* due(later, Number.POSITIVE_INFINITY);
}

function* due(later: PastEvent[], at: number): Generator<PastEvent> {
  later.sort((a, b) => a.at - b.at);
  const end = later.findIndex((event) => event.at > at);
  yield* later.splice(0, end < 0 ? later.length : end);
}

function pick(random: number): (typeof KINDS)[number] {
  let left = random;
  for (const kind of KINDS) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  return KINDS[0];
}

function runOf(number: number, repository: string, attempt: number): Run {
  return {
    pipelineId: `${repository}/.github/workflows/ci.yml`,
    ...{ platform: 'github', repository, runId: String(1_000_000 + number), attempt },
    headSha: stableId('sha', number),
    ...{
      branch: number % 3 === 0 ? 'main' : `feature-${number % 50}`,
      environment: '',
      url: '',
      name: 'ci',
      kind: 'run',
    },
  };
}

function diagnosisOf(
  { cause, action, domain }: (typeof KINDS)[number],
  run: Run,
  about: Pick<DiagnosisMade, 'incidentId' | 'fingerprint' | 'confidence'>,
): DiagnosisMade {
  return {
    ...{ ...about, run, cause, domain, transient: 0.5, prior: about.confidence, decidedBy: `rule:${cause}` },
    action: {
      type: action,
      parameters: action === 'retry_with_backoff' ? { attempts: 3, firstDelay: '5s', factor: 2 } : {},
    },
    explanation: `Made up: ${cause}.`,
    evidence: [1, 2, 3].map((line) => ({
      line,
      text: `a line of a log that tells of ${cause}, as long as such lines are`,
      job: 'build',
    })),
    ...{ alternatives: [], metrics: {}, vetoes: [], gaps: [] },
  };
}

function* failed(number: number, attempt: number, at: number, diagnosis: DiagnosisMade): Generator<PastEvent> {
  const { run, incidentId } = diagnosis;
  const lastedMs = (3 + (number % 20)) * MINUTE;
  const data = {
    ...{ ...run, incidentId, startedAt: iso(at - lastedMs), finishedAt: iso(at), conclusion: 'failure' as const },
    ...{ jobs: [], metrics: {}, finishedEventId: '' },
  };
  yield { subject: 'pipeline.failed', id: `${number}.${attempt}.failed`, at, data };
  yield {
    subject: 'diagnosis.made',
    id: `${number}.${attempt}.diagnosis`,
    at: at + 500,
    data: { ...diagnosis, diagnosedAt: iso(at + 500) },
  };
}

function passed(number: number, at: number, incidentId: string, run: Run): PastEvent {
  const data = {
    ...{ ...run, incidentId, startedAt: iso(at - 5 * MINUTE), finishedAt: iso(at), conclusion: 'success' as const },
    ...{ jobs: [], metrics: {} },
  };
  return { subject: 'pipeline.finished', id: `${number}.finished`, at, data };
}
