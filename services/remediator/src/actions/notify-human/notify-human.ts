import type { Action, Json } from '@prunella/contracts';
import { type ApprovalRequest, iso, type Notification, type Notifier, ProviderError } from '@prunella/core';
import { anybody, approversText } from '@prunella/policy';
import type { Order } from '../../order.ts';
import type { ActionPlugin } from '../action.ts';

/**
 * Tells people, by everything that is configured. A chat can't be asked whether a note arrived: after a crash in the very moment
 * of sending, it is sent again with the same idempotency key rather than perhaps never.
 */
export function notifyHuman(notifiers: readonly Notifier[], publicUrl: string): ActionPlugin {
  return {
    types: ['notify_human'],
    settleMs: 0,
    unsupported: () => undefined,
    look: async () => ({ kind: 'ready' }),
    async execute(order, signal) {
      if (notifiers.length === 0) return { says: '' };
      const notification = notificationOf(order, publicUrl);
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

/** What a human is told about an order, or asked. Pure. @param publicUrl where people reach the console and the API. */
export function notificationOf(order: Order, publicUrl: string): Notification {
  const { run, action, says } = order;
  if (says !== undefined) return { ...says, key: order.key };
  const base = publicUrl.replace(/\/+$/, '');
  const approval = approvalOf(order, base);
  const what = run.repository !== '' ? `${run.repository}${run.name === '' ? '' : ` ${run.name}`}` : run.pipelineId;
  const channel = text(action.parameters['channel']) ?? text(action.parameters['to']);
  return {
    title: `${approval === undefined ? '' : `${approval.action}? `}${what} failed: ${order.cause}`,
    text: `${order.diagnosis} ${order.explanation}`,
    urgency: urgencyOf(action.parameters['urgency']),
    ...(channel !== undefined && { to: channel }),
    facts: [
      ...(order.asks === undefined ? [] : [{ name: 'would do', value: actionText(order.asks.action) }]),
      ...(approval === undefined
        ? []
        : [
            { name: 'who may answer', value: approval.by },
            { name: 'until', value: approval.expiresAt },
          ]),
      { name: 'pipeline', value: run.pipelineId },
      ...(run.branch === '' ? [] : [{ name: 'branch', value: run.branch }]),
      ...(run.headSha === '' ? [] : [{ name: 'commit', value: run.headSha.slice(0, 12) }]),
      { name: 'attempt', value: String(run.attempt) },
      { name: 'confidence', value: order.confidence.toFixed(2) },
      { name: 'decided by', value: order.decidedBy },
      ...(run.url === '' ? [] : [{ name: 'run', value: run.url }]),
    ],
    evidence: order.evidence.map(({ line, text: content }) => ({ line, text: content })),
    link: `${base}/incidents/${encodeURIComponent(order.incidentId)}`,
    key: order.key,
    ...(approval !== undefined && { approval }),
  };
}

function approvalOf({ asks, incidentId, run, approvers }: Order, base: string): ApprovalRequest | undefined {
  if (asks === undefined) return undefined;
  return {
    incidentId,
    attempt: run.attempt,
    action: asks.action.type,
    by: approversText(approvers ?? anybody),
    expiresAt: iso(asks.until),
    answerUrl: `${base}/v1/approvals/${encodeURIComponent(incidentId)}`,
  };
}

/** `retry_with_backoff (attempts 3, firstDelay 5s)`. */
function actionText({ type, parameters }: Action): string {
  const all = Object.entries(parameters)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return all === '' ? type : `${type} (${all})`;
}

function urgencyOf(value: Json | undefined): Notification['urgency'] {
  return value === 'high' || value === 'low' ? value : 'normal';
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
