import type { ActionType, Conclusion, DiagnosisMade, Run } from '@prunella/contracts';
import { iso } from '@prunella/core';
import { orderKey } from '@prunella/decision';
import type { PastEvent } from './past-event.ts';

export const START = Date.UTC(2026, 0, 5, 12);
export const MINUTE = 60_000;

/** What happened to one run, for specs: minutes since the start, one attempt after the other. */
export class Story {
  readonly incidentId: string;

  constructor(
    readonly name: string,
    private readonly about: Partial<Run> = {},
  ) {
    this.incidentId = `inc_${name}`;
  }

  /** An attempt that fails, and its diagnosis. */
  failed(at: number, attempt = 1, made: Partial<DiagnosisMade> = {}): PastEvent[] {
    const diagnosis: DiagnosisMade = {
      ...{ incidentId: this.incidentId, run: this.run(attempt), cause: 'network', domain: 'platform' },
      ...{
        confidence: 0.9,
        transient: 0.9,
        prior: 0.9,
        fingerprint: 'fp_network',
        decidedBy: 'rule:connection-timeout',
      },
      action: { type: 'retry', parameters: {} },
      explanation: 'The connection timed out.',
      ...{ evidence: [], alternatives: [], metrics: {}, vetoes: [], gaps: [], ...made },
    };
    return [
      this.event('pipeline.failed', at, `${attempt}.failed`, {
        ...this.ended(at, attempt, 'failure'),
        finishedEventId: '',
      }),
      this.event('diagnosis.made', at, `${attempt}.diagnosis`, diagnosis),
    ];
  }

  /** An attempt that ends; it began two minutes before. */
  finished(at: number, attempt: number, conclusion: Conclusion = 'success'): PastEvent[] {
    return [this.event('pipeline.finished', at, `${attempt}.finished`, this.ended(at, attempt, conclusion))];
  }

  /** What Prunella really did about an attempt. */
  executed(at: number, attempt: number, type: ActionType = 'retry', capability?: string): PastEvent[] {
    const reason = capability === undefined ? [] : [{ check: 'capability', allows: false, says: capability }];
    return [
      this.event('action.executed', at, `${attempt}.executed`, {
        ...{ incidentId: this.incidentId, run: this.run(attempt), action: { type, parameters: {} }, reasons: reason },
        ...{ status: capability === undefined ? 'executed' : 'recommended', startedAt: iso(START + at * MINUTE) },
        key: orderKey(this.incidentId, attempt),
      }),
    ];
  }

  private run(attempt: number): Run {
    return {
      ...{ pipelineId: 'acme/shop/ci', platform: 'github', repository: 'acme/shop', runId: this.name, attempt },
      ...{ headSha: `sha_${this.name}`, branch: 'main', environment: '', url: '', name: 'ci', kind: 'run' },
      ...this.about,
    };
  }

  private ended(at: number, attempt: number, conclusion: Conclusion) {
    const [startedAt, finishedAt] = [iso(START + (at - 2) * MINUTE), iso(START + at * MINUTE)];
    return {
      ...this.run(attempt),
      incidentId: this.incidentId,
      startedAt,
      finishedAt,
      conclusion,
      jobs: [],
      metrics: {},
    };
  }

  private event(subject: PastEvent['subject'], at: number, id: string, data: object): PastEvent {
    return {
      subject,
      id: `${this.name}.${id}.${at}.${this.about.headSha ?? ''}`,
      at: START + at * MINUTE,
      data,
    } as PastEvent;
  }
}
