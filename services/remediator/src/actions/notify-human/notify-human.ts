import type { Json } from '@prunella/contracts';
import { type Notification, type Notifier, ProviderError } from '@prunella/core';
import type { Order } from '../../order.ts';
import type { ActionPlugin } from '../action.ts';

/**
 * Tells people, by everything that is configured. A chat can't be asked whether a note arrived: after a crash in the very moment
 * of sending, it is sent again with the same idempotency key rather than perhaps never.
 */
export function notifyHuman(notifiers: readonly Notifier[], link: (incidentId: string) => string): ActionPlugin {
  return {
    types: ['notify_human'],
    settleMs: 0,
    unsupported: () => undefined,
    look: async () => ({ kind: 'ready' }),
    async execute(order, signal) {
      if (notifiers.length === 0) return { says: '' };
      const notification = notificationOf(order, link(order.incidentId));
      const results = await Promise.allSettled(notifiers.map((notifier) => notifier.notify(notification, signal)));
      const failures = results
        .filter((result) => result.status === 'rejected')
        .map((result) => result.reason as unknown);
      // One that arrived is a human who knows; asking again would tell them twice.
      if (failures.length === notifiers.length) throw failures[0];
      const told = notifiers
        .filter((_, index) => results[index]?.status === 'fulfilled')
        .map((notifier) => notifier.name);
      const missed = failures.map((failure) => (failure instanceof ProviderError ? failure.message : String(failure)));
      return {
        says: `told humans by ${told.join(' and ')}${missed.length > 0 ? ` (not by others: ${missed.join('; ')})` : ''}`,
      };
    },
  };
}

/** What a human is told about an order. Pure. */
export function notificationOf(order: Order, link: string): Notification {
  const { run, action } = order;
  const what = run.repository !== '' ? `${run.repository}${run.name === '' ? '' : ` ${run.name}`}` : run.pipelineId;
  const channel = text(action.parameters['channel']) ?? text(action.parameters['to']);
  return {
    title: `${what} failed: ${order.cause}`,
    text: `${order.diagnosis} ${order.explanation}`,
    urgency: urgencyOf(action.parameters['urgency']),
    ...(channel !== undefined && { to: channel }),
    facts: [
      { name: 'pipeline', value: run.pipelineId },
      ...(run.branch === '' ? [] : [{ name: 'branch', value: run.branch }]),
      ...(run.headSha === '' ? [] : [{ name: 'commit', value: run.headSha.slice(0, 12) }]),
      { name: 'attempt', value: String(run.attempt) },
      { name: 'confidence', value: order.confidence.toFixed(2) },
      { name: 'decided by', value: order.decidedBy },
      ...(run.url === '' ? [] : [{ name: 'run', value: run.url }]),
    ],
    evidence: order.evidence.map(({ line, text: content }) => ({ line, text: content })),
    link,
    key: order.key,
  };
}

function urgencyOf(value: Json | undefined): Notification['urgency'] {
  return value === 'high' || value === 'low' ? value : 'normal';
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
