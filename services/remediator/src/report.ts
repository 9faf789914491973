import type { Bus } from '@prunella/bus';
import type { ActionExecuted, ActionStatus, Outcome, Reason } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { undoneKey } from './actions/action.ts';
import type { Order } from './order.ts';
import type { Became } from './review/story.ts';

/**
 * Publishes what became of orders. Every id is made of the order's key: publishing again changes nothing.
 *
 * @param also hears of it after it was published.
 */
export class Reporter {
  constructor(
    private readonly bus: Pick<Bus, 'publish'>,
    private readonly also: (order: Order, became: Became) => Promise<void>,
  ) {}

  async scheduled(order: Order): Promise<void> {
    const { incidentId, run, action, risk, mode, reasons, decidedBy, fingerprint } = order;
    await this.bus.publish('action.scheduled', {
      id: `${order.key}/scheduled`,
      time: iso(order.decidedAt),
      data: { incidentId, run, action, risk, mode, reasons, decidedBy, fingerprint, dueAt: iso(order.dueAt) },
    });
    await this.also(order, { kind: 'scheduled', dueAt: order.dueAt });
  }

  /** It was due, and waits for a dependency. @param againAt when it is looked at again, in ms since the epoch. */
  async held(order: Order, says: string, againAt: number): Promise<void> {
    await this.waits(order, 'held', { check: 'dependency', allows: false, says }, againAt);
  }

  /** It was due, and waits for the end of a storm. @param againAt when it is looked at again, in ms since the epoch. */
  async parked(order: Order, says: string, againAt: number): Promise<void> {
    await this.waits(order, 'parked', { check: 'storm', allows: false, says }, againAt);
  }

  async requested(order: Order, expiresAt: number): Promise<void> {
    const { incidentId, run, action, risk, mode, reasons, explanation, decidedBy, fingerprint, confidence } = order;
    await this.bus.publish('action.requested', {
      id: `${order.key}/requested`,
      time: iso(order.decidedAt),
      data: {
        incidentId,
        run,
        action,
        risk,
        mode,
        reasons,
        explanation,
        decidedBy,
        fingerprint,
        confidence,
        expiresAt: iso(expiresAt),
        approvers: [...(order.approvers?.by ?? [])],
        quorum: order.approvers?.quorum ?? 1,
      },
    });
    await this.also(order, { kind: 'asked', expiresAt });
  }

  async executed(order: Order, result: Result): Promise<void> {
    await this.bus.publish('action.executed', {
      id: `${order.key}/executed`,
      time: iso(result.finishedAt),
      data: executedEvent(order, result),
    });
    const { status, effect, explanation } = result;
    await this.also(order, { kind: 'concluded', status, effect, explanation });
  }

  /** What became of taking the effect of an order back: an effect of its own, of the same decision. @param back the order, with its `undoKey`. */
  async undone(back: Order, result: Result): Promise<void> {
    await this.bus.publish('action.executed', {
      id: `${back.key}/executed`,
      time: iso(result.finishedAt),
      data: { ...executedEvent(back, result), undoes: undoneKey(back.key) },
    });
  }

  private async waits(order: Order, id: string, reason: Reason, againAt: number): Promise<void> {
    const { incidentId, run, action, risk, mode, decidedBy, fingerprint } = order;
    const reasons = [...order.reasons, reason];
    await this.bus.publish('action.scheduled', {
      id: `${order.key}/${id}`,
      time: iso(order.dueAt),
      data: { incidentId, run, action, risk, mode, reasons, decidedBy, fingerprint, dueAt: iso(againAt) },
    });
    await this.also(order, { kind: 'parked', says: reason.says });
  }

  async proven(order: Order, outcome: Outcome, reason: string, at: number): Promise<void> {
    const { incidentId, run, action, decidedBy, fingerprint, prior } = order;
    await this.bus.publish('outcome.observed', {
      id: `${order.key}/outcome`,
      time: iso(at),
      data: {
        incidentId,
        run,
        action: action.type,
        outcome,
        reason,
        decidedBy,
        fingerprint,
        prior,
        observedAt: iso(at),
        evidenceEventIds: [],
        reverses: '',
      },
    });
  }
}

export interface Result {
  status: ActionStatus;
  effect: string;
  explanation: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  finishedAt: number;
}

function executedEvent(order: Order, result: Result): ActionExecuted {
  return {
    incidentId: order.incidentId,
    run: order.run,
    action: order.action,
    risk: order.risk,
    mode: order.mode,
    verdict: order.verdict,
    status: result.status,
    reasons: order.reasons,
    explanation: result.explanation,
    effect: result.effect,
    decidedBy: order.decidedBy,
    fingerprint: order.fingerprint,
    confidence: order.confidence,
    prior: order.prior,
    startedAt: iso(result.startedAt),
    finishedAt: iso(result.finishedAt),
    key: order.key,
    cause: order.cause,
    // What had no effect costs nothing.
    ...(result.status === 'executed' && order.cost !== undefined && { cost: order.cost }),
  };
}
