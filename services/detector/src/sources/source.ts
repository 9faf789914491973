import type { IncomingHttpHeaders } from 'node:http';
import type { Events } from '@prunella/contracts';
import type { DetectorEnvironment } from '../environment.ts';

/** One HTTP request, unparsed. */
export interface Delivery {
  headers: IncomingHttpHeaders;
  /** The bytes as they came; empty: no body. */
  body: Buffer;
}

type Reportable =
  | 'pipeline.started'
  | 'pipeline.finished'
  | 'pipeline.failed'
  | 'diagnosis.made'
  | 'action.approved'
  | 'tests.reported';

/** What a delivery says, ready for the bus. */
export type Report<S extends Reportable = Reportable> = S extends Reportable
  ? {
      subject: S;
      /** The same whenever the same thing is told; unique together with `source`. */
      id: string;
      /** Who says so, a URI reference. */
      source: string;
      /** When it happened, ISO 8601; absent: not said. */
      time?: string;
      data: Events[S];
    }
  : never;

export type Heard =
  | {
      kind: 'report';
      report: Report;
      /** The sender's own id of this delivery; absent: it has none, then the report's id is all there is. */
      deliveryId?: string;
      /** Where the sender wants to be told what became of it; absent: nowhere. Untrusted. */
      replyTo?: string;
    }
  /** Several things at once; the first one stands for all of them in the answer. */
  | { kind: 'reports'; reports: readonly [Report, ...Report[]] }
  /** Well-formed, and not for us. */
  | { kind: 'ignored'; reason: string };

/** A sender of webhooks. */
export interface Source {
  /** Also the name of its folder. */
  readonly name: string;
  /** Where it is posted to, e.g. `/webhooks/github`. */
  readonly path: string;
  /** Largest body in bytes; a larger one is answered with 413. */
  readonly maxBytes: number;
  /** HTTP status of a delivery that was taken. Default: 202. */
  readonly accepted?: number;
  /** How long the sender waits for the answer, in milliseconds. Default: 8 s, for those who wait for 10. */
  readonly withinMs?: number;
  /** What kind of delivery this is, from a closed list (it becomes a metric label); `other` for everything else. */
  eventOf(delivery: Delivery): string;
  /** Resolves when the sender has shown that it knows the secret. Throws ProblemException (401) otherwise. */
  authenticate(delivery: Delivery, environment: DetectorEnvironment): Promise<void>;
  /** Pure. Throws ProblemException or ContractViolation naming the field that does not fit. */
  read(delivery: Delivery, fresh: FreshId): Heard;
}

/** A new unique id, for what a sender gave none. */
export type FreshId = () => string;
