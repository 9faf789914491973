import { formatDuration, stableId } from '@prunella/core';
import type { Policy } from '@prunella/policy';
import { type Order, orderKey } from '../order.ts';

type Settings = Policy['storm'];

/** How people are told of a storm: an incident of its own. `order`: one of those that wait. */
export function announcement(order: Order, openedAt: number, { pipelines, within }: Settings, now: number): Order {
  const incidentId = stableId('storm', order.fingerprint, openedAt);
  const says = `${pipelines} pipelines failed alike within ${formatDuration(within)}`;
  return {
    ...order,
    key: orderKey(incidentId, 1),
    incidentId,
    run: {
      pipelineId: `storm/${order.fingerprint}`,
      platform: order.run.platform,
      repository: '',
      runId: '',
      attempt: 1,
      headSha: '',
      branch: '',
      environment: '',
      url: '',
      name: `storm of ${order.cause}`,
      kind: 'run',
    },
    action: { type: 'notify_human', parameters: { urgency: 'high' } },
    risk: 'free',
    verdict: 'handing_over',
    reasons: [{ check: 'storm', allows: false, says }],
    explanation: `${says}: their reruns wait. One is tried from time to time; when it heals, the others follow a few at a time.`,
    decidedAt: now,
    dueAt: now,
  };
}
