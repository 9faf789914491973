import type { IncomingHttpHeaders } from 'node:http';
import type { Cluster } from '@prunella/cluster';
import type { Events } from '@prunella/contracts';
import type { CiReader } from '@prunella/core';
import type { Identity } from '@prunella/service-kit';
import type { DetectorEnvironment } from '../environment.ts';

/** One HTTP request, unparsed. */
export interface Delivery {
  headers: IncomingHttpHeaders;
  /** What stands behind the `?`. */
  query: URLSearchParams;
  /** The bytes as they came; empty: no body. */
  body: Buffer;
  /** Who showed a token of our API with it; undefined: nobody. */
  identity?: Identity | undefined;
}

type Reportable =
  | 'pipeline.started'
  | 'pipeline.finished'
  | 'pipeline.failed'
  | 'tests.reported'
  | 'anomaly.detected'
  | 'diagnosis.made'
  | 'action.approved'
  | 'watch.ended';

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
      /**
       * For `complete` only, never published: the id of the newest job that the message knew; empty: it knew none. Absent: the attempt is known.
       */
      newestJob?: string;
    }
  : never;

export type Heard =
  | {
      kind: 'reports';
      /** Usually one; senders that group theirs (Alertmanager) tell several things at once. */
      reports: readonly [Report, ...Report[]];
      /** The same when this delivery is sent again, kept for a week; absent: then the reports' ids are all there is. */
      deliveryId?: string;
      /** Where the sender wants to be told what became of it; absent: nowhere. Untrusted. */
      replyTo?: string;
    }
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
  /**
   * A run that was found by asking the platform of this name: heard as its webhook would have been, with the same ids. Pure. Throws where the record is not
   * as the platform says. Absent: nothing is asked for.
   *
   * @param record as in `EndedRun`. @param place as in `CiReader.finishedSince`.
   */
  found?(record: unknown, place: string): Heard;
  /**
   * What the sender's message alone does not say, asked for after the answer: the report with it, or undefined where it turned out to be nothing
   * (a stale one). Absent: a message says all. It is called again when it throws a ProviderError of the kind `unavailable` or `rate-limited`, for
   * some minutes; then, and at any other error, the report goes out as it is.
   */
  complete?(report: Report, reach: Reach, signal: AbortSignal): Promise<Report | undefined>;
  /** Whether it is worth asking about this report; what is not is published at once. Pure. Absent: about all that it tells, if it completes any. */
  completes?(report: Report, reach: Reach): boolean;
}

/** Where a source may ask, with tokens that only read. */
export interface Reach {
  /** The platform with this id; undefined: it is not configured here. */
  reader(platform: string): CiReader | undefined;
  /** undefined: no cluster is configured here. */
  cluster: Pick<Cluster, 'get' | 'pods' | 'revisions'> | undefined;
}

/** A new unique id, for what a sender gave none. */
export type FreshId = () => string;
