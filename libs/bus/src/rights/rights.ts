import { SUBJECTS, type Subject } from '@prunella/contracts';
import { type BucketName, GREEN_LOGS, ORIGINALS, type StreamSpec } from '../topology.ts';

/**
 * Who may do what on NATS: the one place. The permissions of the server are made from it (permissions.ts), and each service holds itself to it (bus.ts), so that all tests of a
 * service are tests of its rights (ADR 0041).
 */
export interface Rights {
  /** Events that it publishes. */
  publishes: readonly Subject[];
  /** Buckets that it reads and writes. */
  writes: readonly BucketName[];
  /** Buckets that it only reads. */
  reads: readonly BucketName[];
  /** Streams beside everybody's that it writes and reads. */
  streams: readonly StreamSpec[];
  /** Whether it reads single events by their place in the stream: how far it has come, or the newest of a subject. */
  looksUp: boolean;
  /** Whether it asks all services how they are. */
  asks: boolean;
}

/** Ways in by which a service publishes what else only another one does; each is shut unless it is asked for. */
export const DOORS = {
  /** Buttons in Slack come in at the detector, which then may say that somebody approved. */
  slack: { client: 'detector', publishes: ['action.approved'] },
  /** `action_request` at `/webhook/healing`: the detector may say what is to be done. */
  requests: { client: 'detector', publishes: ['diagnosis.made'] },
} as const satisfies Record<string, { client: ClientName; publishes: readonly Subject[] }>;

export type Door = keyof typeof DOORS;

/** Read by every service: tokens of the API. They are kept by their hashes. When each was used is written by all. */
const ACCESS = { reads: ['prunella_api_tokens'], writes: ['prunella_token_uses'] } as const;

/** Whose tokens of platforms are checked looks at where runs were seen. */
const PLACES = 'prunella_places';

export const RIGHTS = {
  detector: {
    publishes: [
      'pipeline.started',
      'pipeline.finished',
      'pipeline.failed',
      'tests.reported',
      'anomaly.detected',
      'watch.ended',
      'dependency.changed',
    ],
    writes: [
      ...ACCESS.writes,
      'prunella_deliveries',
      'prunella_endings',
      PLACES,
      'prunella_cursors',
      'prunella_rounds',
      'prunella_awaited',
      'prunella_webhooks',
      'prunella_completions',
      'prunella_sent_tests',
      'prunella_threads',
      'prunella_checks',
      'prunella_watches',
      'prunella_watched',
      'prunella_pods',
      'prunella_leases',
      'prunella_baselines',
      'prunella_parts',
      'prunella_running',
      'prunella_usage',
      'prunella_dependencies',
      'prunella_probes',
      'prunella_replies',
    ],
    reads: [...ACCESS.reads, 'prunella_lineage'],
    streams: [ORIGINALS],
    looksUp: true,
    asks: false,
  },
  diagnoser: {
    publishes: ['diagnosis.made'],
    writes: [...ACCESS.writes, 'prunella_threads', 'prunella_failed_tests', 'prunella_flaky', 'prunella_confidence'],
    reads: [...ACCESS.reads, PLACES],
    streams: [GREEN_LOGS],
    looksUp: true,
    asks: false,
  },
  remediator: {
    publishes: ['action.scheduled', 'action.requested', 'action.executed', 'outcome.observed', 'quarantine.changed'],
    writes: [
      ...ACCESS.writes,
      'prunella_timers',
      'prunella_claims',
      'prunella_decisions',
      'prunella_reviews',
      'prunella_quarantine',
      'prunella_slack',
      'prunella_answers',
      'prunella_questions',
      'prunella_breakers',
      'prunella_spending',
      'prunella_storms',
      'prunella_lineage',
      'prunella_budgets',
      'prunella_recovery',
      'prunella_replies',
    ],
    reads: [...ACCESS.reads, PLACES, 'prunella_dependencies'],
    streams: [],
    looksUp: false,
    asks: false,
  },
  auditor: {
    publishes: [
      'action.approved',
      'breaker.closed',
      'outcome.observed',
      'confidence.updated',
      'standing.changed',
      'debt.changed',
      'quarantine.changed',
      'flakiness.updated',
      'digest.made',
    ],
    writes: [...ACCESS.writes, 'prunella_api_tokens', 'prunella_sign_ins', 'prunella_sessions'],
    reads: ['prunella_breakers', 'prunella_dependencies'],
    streams: [],
    looksUp: true,
    asks: true,
  },
  playground: {
    publishes: ['pipeline.started', 'pipeline.finished'],
    writes: [...ACCESS.writes],
    reads: [...ACCESS.reads],
    streams: [],
    looksUp: false,
    asks: false,
  },
  /** The command line: an operator's. */
  cli: { publishes: SUBJECTS, writes: [], reads: [], streams: [], looksUp: false, asks: true },
} as const satisfies Record<string, Rights>;

/** Who signs in at the server as itself. */
export type ClientName = keyof typeof RIGHTS;

export const CLIENTS = Object.keys(RIGHTS) as ClientName[];

/** What pipelines of the user's own may say, in an account of their own (docs/guide/publishing.md). */
export const PUBLIC_SUBJECTS = [
  'pipeline.started',
  'pipeline.finished',
  'pipeline.failed',
  'tests.reported',
] as const satisfies readonly Subject[];

/** Its rights; undefined: nobody of ours, who may try whatever the server lets it. */
export function rightsOf(name: string): Rights | undefined {
  return Object.hasOwn(RIGHTS, name) ? RIGHTS[name as ClientName] : undefined;
}

/** The subjects that it may publish events on, with these doors open. */
export function publishedBy(client: ClientName, doors: readonly Door[]): readonly Subject[] {
  const more = doors.flatMap((door) => (DOORS[door].client === client ? DOORS[door].publishes : []));
  return [...new Set([...RIGHTS[client].publishes, ...more])];
}
