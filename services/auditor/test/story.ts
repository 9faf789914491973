import { type Envelope, type Events, parseData, type Subject } from '@prunella/contracts';
import { completed, iso } from '@prunella/core';
import type { EventRecord } from '@prunella/store';
import { eventRecord } from '../src/ledger/event-record.ts';

export type Told = Envelope & { time: string };

/** When a story begins that says nothing else. */
export const BEGIN = Date.UTC(2026, 10, 2, 8);
export const MINUTE = 60_000;

interface Details {
  /** Minutes after the beginning. Default: ten for each attempt. */
  at?: number;
  attempt?: number;
  [field: string]: unknown;
}

/** Tells what happens to one run, event by event, as the services would publish it. */
export class Story {
  constructor(
    readonly name: string,
    private readonly about: Record<string, unknown> = {},
    /** When it begins, in ms. */
    private readonly begin = BEGIN,
  ) {}

  started(details: Details = {}): Told {
    return this.pipeline('pipeline.started', details);
  }

  finished(conclusion: string, details: Details = {}): Told {
    return this.pipeline('pipeline.finished', { conclusion, ...details });
  }

  failed(details: Details = {}): Told {
    return this.pipeline('pipeline.failed', details);
  }

  anomaly(details: Details = {}): Told {
    return this.later('anomaly.detected', {
      series: { id: 'ser_1', kind: 'run', name: 'CI', unit: 's' },
      value: 412,
      expected: 95,
      says: '412 s; usual: 95 s (80 to 130 s), from 60 runs; 4.3 times',
      ...details,
    });
  }

  diagnosed(details: Details = {}): Told {
    return this.later('diagnosis.made', {
      cause: 'network',
      confidence: 0.9,
      transient: 0.8,
      action: { type: 'retry_with_backoff', parameters: { attempts: 3 } },
      decidedBy: 'rule:connection-timeout',
      explanation: 'The connection timed out.',
      fingerprint: 'fp-network',
      prior: 0.9,
      evidence: [{ line: 7, text: 'Connection timed out', job: 'build' }],
      ...details,
    });
  }

  watched(result: string, details: Details = {}): Told {
    return this.later('watch.ended', { watch: 'web', result, says: '2 of 2 looks saw nothing', looks: 4, ...details });
  }

  scheduled(details: Details = {}): Told {
    return this.later('action.scheduled', {
      action: { type: 'retry_with_backoff' },
      reasons: [{ check: 'mode', allows: true, says: 'the mode is act' }],
      dueAt: iso(this.begin + 5 * MINUTE),
      decidedBy: 'rule:connection-timeout',
      fingerprint: 'fp-network',
      ...details,
    });
  }

  requested(details: Details = {}): Told {
    return this.later('action.requested', {
      action: { type: 'rollback' },
      explanation: 'a human must agree',
      ...details,
    });
  }

  approved(approved: boolean, details: Details = {}): Told {
    const { at, attempt = 1, ...rest } = details;
    return this.tell('action.approved', at, attempt, {
      incidentId: this.incidentId,
      attempt,
      action: 'rollback',
      approved,
      by: 'ada',
      ...rest,
    });
  }

  executed(status = 'executed', details: Details = {}): Told {
    return this.later('action.executed', {
      action: { type: 'retry_with_backoff', parameters: { attempts: 3 } },
      risk: 'cheap',
      mode: 'act',
      verdict: 'acting',
      status,
      reasons: [{ check: 'mode', allows: true, says: 'the mode is act' }],
      explanation: 'a network failure passes when it is tried again',
      effect: status === 'executed' ? 'rerun-failed-jobs' : '',
      decidedBy: 'rule:connection-timeout',
      fingerprint: 'fp-network',
      confidence: 0.9,
      prior: 0.9,
      cause: 'network',
      key: `${this.incidentId}/${details.attempt ?? 1}`,
      startedAt: iso(this.begin),
      finishedAt: iso(this.begin + 2_000),
      ...details,
    });
  }

  outcome(outcome: string, details: Details = {}): Told {
    return this.later('outcome.observed', {
      action: 'retry_with_backoff',
      outcome,
      reason: `it was ${outcome}`,
      decidedBy: 'rule:connection-timeout',
      fingerprint: 'fp-network',
      prior: 0.9,
      ...details,
    });
  }

  get incidentId(): string {
    return this.started().data['incidentId' as keyof Events[Subject]];
  }

  private run(attempt: number): Record<string, unknown> {
    return {
      pipelineId: 'octo/repo/.github/workflows/ci.yml',
      platform: 'github',
      repository: 'octo/repo',
      runId: this.name,
      attempt,
      headSha: 'c0ffee',
      branch: 'main',
      name: 'CI',
      kind: 'run',
      url: `https://ci.example/runs/${this.name}`,
      ...this.about,
    };
  }

  private pipeline(subject: 'pipeline.started' | 'pipeline.finished' | 'pipeline.failed', details: Details): Told {
    const { at, attempt = 1, ...rest } = details;
    return this.tell(subject, at, attempt, { ...this.run(attempt), ...rest });
  }

  private later(subject: Subject, details: Details): Told {
    const { at, attempt = 1, ...rest } = details;
    return this.tell(subject, at, attempt, { incidentId: this.incidentId, run: this.run(attempt), ...rest });
  }

  private tell(subject: Subject, at: number | undefined, attempt: number, data: object): Told {
    const minutes = at ?? attempt * 10;
    // A field given as undefined is one that the publisher leaves out.
    const whole = parseData(subject, JSON.parse(JSON.stringify(data)));
    const id = `${this.name}/${subject}/${attempt}/${minutes}/${JSON.stringify(data).length}`;
    return {
      subject,
      id,
      source: 'story',
      time: iso(this.begin + minutes * MINUTE),
      // As the bus does on reading: an event without a run has an incident of its own.
      data: subject.startsWith('pipeline.') ? completed(whole as Events['pipeline.failed'], this.name) : whole,
    };
  }
}

/** The events as they are recorded. */
export function recorded(...told: Told[]): EventRecord[] {
  return told.map((event) => eventRecord(event, BEGIN));
}

/** Waits until `look` finds something; throws what it last found wrong after `patienceMs`. */
export async function eventually<T>(look: () => Promise<T>, patienceMs = 15_000): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
