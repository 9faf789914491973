import type { Order } from './order.ts';

/** An order to rerun a run, for specs. */
export function orderFor(changes: Partial<Order> = {}): Order {
  return {
    key: 'inc_1.1',
    incidentId: 'inc_1',
    run: {
      pipelineId: 'acme/shop/.github/workflows/ci.yml',
      platform: 'github',
      repository: 'acme/shop',
      runId: '42',
      attempt: 1,
      headSha: 'a'.repeat(40),
      branch: 'main',
      environment: '',
      url: 'https://github.com/acme/shop/actions/runs/42',
      name: 'ci',
      kind: 'run',
    },
    action: { type: 'retry', parameters: {} },
    risk: 'cheap',
    mode: 'act',
    verdict: 'acting',
    reasons: [{ check: 'mode', allows: true, says: 'The mode is act.' }],
    explanation: 'Rerun: the network failed.',
    diagnosis: 'The connection timed out.',
    cause: 'network',
    decidedBy: 'rule:connection-timeout',
    fingerprint: 'fp_1',
    confidence: 0.85,
    prior: 0.85,
    evidence: [{ line: 12, text: 'connect ETIMEDOUT', job: 'build' }],
    decidedAt: 0,
    dueAt: 0,
    approveWithinMs: 3_600_000,
    ...changes,
  };
}
