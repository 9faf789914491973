import type { DiagnosisMade } from '@prunella/contracts';

/** A diagnosis of a network failure on GitHub, for specs. */
export function diagnosisFor(changes: Partial<DiagnosisMade> = {}): DiagnosisMade {
  return {
    incidentId: 'inc_1',
    run: {
      pipelineId: 'acme/shop/ci',
      platform: 'github',
      repository: 'acme/shop',
      runId: '42',
      attempt: 1,
      headSha: 'abc',
      branch: 'main',
      environment: '',
      url: '',
      name: 'ci',
      kind: 'run',
    },
    cause: 'network',
    domain: 'platform',
    confidence: 0.85,
    transient: 0.9,
    action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } },
    decidedBy: 'rule:connection-timeout',
    explanation: 'The connection timed out.',
    fingerprint: 'fp_1',
    evidence: [],
    alternatives: [],
    metrics: {},
    prior: 0.85,
    vetoes: [],
    gaps: [],
    ...changes,
  };
}
