import { SUBJECTS, type Subject } from '@prunella/contracts';

/**
 * Everything that exists on the NATS side, in one place: streams, durable consumers and KV buckets.
 * Servers from 2.9 on know all of it (a consumer has one filter or none, no metadata, no compression).
 */

const DAY = 86_400_000;

/** A stream; times in milliseconds. */
export interface StreamSpec {
  name: string;
  subjects: readonly string[];
  maxAgeMs: number;
  maxBytes: number;
  /** How long a message id is remembered. */
  duplicateWindowMs: number;
  /** The newest of each subject are kept, and can be read one by one; absent: all are kept. */
  maxPerSubject?: number;
  /** Prunella can do without it: where there is no room for it nobody waits, and what would be kept there is not. */
  isOptional?: true;
}

/** All events are in one stream: the auditor sees them in the order in which they happened (ADR 0001). */
export const EVENTS: StreamSpec = {
  name: 'PRUNELLA',
  subjects: SUBJECTS,
  maxAgeMs: 30 * DAY,
  maxBytes: 8 * 1024 ** 3,
  duplicateWindowMs: 60 * 60_000,
};

/** What could not be handled, with its original bytes and the reason in the headers. */
export const DEAD_LETTERS: StreamSpec = {
  name: 'PRUNELLA_DLQ',
  subjects: ['dlq.>'],
  maxAgeMs: 30 * DAY,
  maxBytes: 1024 ** 3,
  duplicateWindowMs: 60 * 60_000,
};

/** Everybody's streams. */
export const STREAMS: readonly StreamSpec[] = [EVENTS, DEAD_LETTERS];

/**
 * Logs of jobs that passed, two of each job. A stream and not a bucket, because a bucket that is full takes nothing more, while this
 * one forgets its oldest.
 */
export const GREEN_LOGS: StreamSpec = {
  name: 'PRUNELLA_GREEN',
  subjects: ['green.>'],
  maxAgeMs: 30 * DAY,
  maxBytes: 512 * 1024 ** 2,
  duplicateWindowMs: 60 * 60_000,
  maxPerSubject: 2,
  isOptional: true,
};

/**
 * What senders of webhooks wrote, without secrets and gzipped, by its digest. For people who ask what an event was made of; a stream and not a
 * bucket, as above.
 */
export const ORIGINALS: StreamSpec = {
  name: 'PRUNELLA_ORIGINALS',
  subjects: ['original.>'],
  maxAgeMs: 14 * DAY,
  maxBytes: 1024 ** 3,
  duplicateWindowMs: 60 * 60_000,
  maxPerSubject: 1,
  isOptional: true,
};

/** Made by who needs them, when they are needed first. */
export const OPTIONAL_STREAMS: readonly StreamSpec[] = [GREEN_LOGS, ORIGINALS];

/** Asked of all services at once, and kept in no stream: how they are, and what they can reach. */
export const EXAMINE = 'prunella.examine';

/** Where they answer that, with a name behind it: no inbox, for whoever may write into somebody's inbox can answer in the server's name. */
export const EXAMINED = 'prunella.examined';

/** A durable pull consumer on the events, shared by all replicas of a service. */
export interface ConsumerSpec {
  /** The one subject it reads; undefined: all of them, in order. */
  subject?: Subject;
  /** Most messages in work at a time in one process. */
  concurrency: number;
  /** A message that is neither acknowledged nor reported as in progress for this long is delivered again. */
  ackWaitMs: number;
  /** Deliveries before a message goes to the dead letters; errors that say "not my fault, later" do not count. */
  attempts: number;
  /** Handlers that take many at once: up to `size` messages, or what came within `lingerMs`. */
  batch?: { size: number; lingerMs: number };
}

/** Handlers report progress every third of the ack wait; it is also how long the messages of a killed process lie idle. */
const USUAL = { concurrency: 16, ackWaitMs: 10_000, attempts: 6 };

export const CONSUMERS = {
  'detector-started': { ...USUAL, subject: 'pipeline.started' },
  'detector-finished': { ...USUAL, subject: 'pipeline.finished' },
  'detector-tests': { ...USUAL, subject: 'tests.reported', concurrency: 4 },
  // Which dependencies the logs of failures name.
  'detector-diagnosis': { ...USUAL, subject: 'diagnosis.made', concurrency: 4 },
  // Runs that were started again, and that somebody waits for.
  'detector-executed': { ...USUAL, subject: 'action.executed', concurrency: 4 },
  // Reads logs for up to half a minute: what waits behind it must not be taken for lost.
  'diagnoser-failed': { ...USUAL, subject: 'pipeline.failed', concurrency: 8, ackWaitMs: 30_000 },
  'diagnoser-confidence': { ...USUAL, subject: 'confidence.updated', concurrency: 1 },
  'diagnoser-tests': { ...USUAL, subject: 'tests.reported', concurrency: 4 },
  'diagnoser-flakiness': { ...USUAL, subject: 'flakiness.updated' },
  'remediator-diagnosis': { ...USUAL, subject: 'diagnosis.made' },
  'remediator-approved': { ...USUAL, subject: 'action.approved' },
  'remediator-breaker': { ...USUAL, subject: 'breaker.closed', concurrency: 1 },
  // One at a time: breakers count outcomes in the order in which they became known.
  'remediator-outcome': { ...USUAL, subject: 'outcome.observed', concurrency: 1 },
  // Of those that ended well only: whether a question is still one.
  'remediator-finished': { ...USUAL, subject: 'pipeline.finished' },
  'remediator-quarantine': { ...USUAL, subject: 'quarantine.changed' },
  'remediator-watch': { ...USUAL, subject: 'watch.ended' },
  'remediator-digest': { ...USUAL, subject: 'digest.made', concurrency: 1 },
  'auditor-events': { ...USUAL, concurrency: 1, batch: { size: 500, lingerMs: 20 } },
  // Sends what is about healing to Loki, beside the recording and never in its way (ADR 0038). Only where Loki is configured.
  'auditor-loki': { ...USUAL, concurrency: 1, ackWaitMs: 30_000, batch: { size: 500, lingerMs: 500 } },
} as const satisfies Record<string, ConsumerSpec>;

export type ConsumerName = keyof typeof CONSUMERS;

/** The subjects whose events a consumer delivers. */
export type SubjectOf<C extends ConsumerName> = (typeof CONSUMERS)[C] extends { subject: infer S extends Subject }
  ? S
  : Subject;

/** A KV bucket; `ttlMs` 0: kept for ever. */
export interface BucketSpec {
  ttlMs: number;
}

export const BUCKETS = {
  /** The secret of this installation that message ids are made with. The bus reads it, and no service's own code does. */
  prunella_message_ids: { ttlMs: 0 },
  /** Webhook deliveries that were taken, by platform and what they said. GitHub redelivers for three days. */
  prunella_deliveries: { ttlMs: 7 * DAY },
  /** What the remediator decided, by incident and attempt: one decision, whatever is delivered again. */
  prunella_decisions: { ttlMs: 30 * DAY },
  /** Who carries out an action, and how far it is: written before the effect, finished after it. */
  prunella_claims: { ttlMs: 30 * DAY },
  /** Which runs were told to have ended, by run and attempt: whoever tells it late says nothing new. As long as any platform delivers again, and a day. */
  prunella_endings: { ttlMs: 8 * DAY },
  /** Where runs were seen: what the backfill asks about. */
  prunella_places: { ttlMs: 14 * DAY },
  /** How far the backfill is in each of them. */
  prunella_cursors: { ttlMs: 14 * DAY },
  /** When the backfill asks each platform next. */
  prunella_rounds: { ttlMs: 0 },
  /** Runs that Prunella started again, until it is told how they ended. */
  prunella_awaited: { ttlMs: 2 * DAY },
  /** When each sender of webhooks was heard last, and refused last, to the minute. */
  prunella_webhooks: { ttlMs: 0 },
  /** Reports that a source has yet to complete. */
  prunella_completions: { ttlMs: 0 },
  /** Test reports that steps of a run sent, by what they say. */
  prunella_sent_tests: { ttlMs: 3 * DAY },
  /** What is to be done later. */
  prunella_timers: { ttlMs: 0 },
  /** What was deployed and what went wrong with it, by workload and by commit: what belongs to one incident. */
  prunella_threads: { ttlMs: 30 * DAY },
  /** What is asked of metrics again and again, and the series that are not well. */
  prunella_checks: { ttlMs: 0 },
  /** Deployments that are being watched. */
  prunella_watches: { ttlMs: 0 },
  /** The newest deployment of each watched target. */
  prunella_watched: { ttlMs: 30 * DAY },
  /** What was told of workloads that a Kubernetes watch saw fail, by revision: told once, in whatever replica and after whatever restart. */
  prunella_pods: { ttlMs: 30 * DAY },
  /** Who does what only one replica does at a time. */
  prunella_leases: { ttlMs: DAY },
  /** What is usual, by series: how long runs and jobs take. What is not seen any more is forgotten. */
  prunella_baselines: { ttlMs: 90 * DAY },
  /** The same of steps and tests, by job. */
  prunella_parts: { ttlMs: 90 * DAY },
  /** Runs that are told of when they run longer than is usual. */
  prunella_running: { ttlMs: 0 },
  /** The answers to each request for approval that counted, and what they decided. */
  prunella_answers: { ttlMs: 30 * DAY },
  /** Where Slack wants to be told what became of an answer, by the id of its event. Its addresses hold for 30 minutes. */
  prunella_replies: { ttlMs: 30 * 60_000 },
  /** Messages of the Slack bot and where they stand, by the key of their note: once posted, and changed later. */
  prunella_slack: { ttlMs: 30 * DAY },
  /** Questions whose message is to be brought up to date. */
  prunella_questions: { ttlMs: 0 },
  /** Healing attempts spent, by incident. */
  prunella_budgets: { ttlMs: 30 * DAY },
  /** What acting has spent, by limit. The longest limit counts 31 days. */
  prunella_spending: { ttlMs: 32 * DAY },
  /** Breakers, by action and platform. The auditor reads them for people. */
  prunella_breakers: { ttlMs: 0 },
  /** How long failures take to pass, by cause and platform. */
  prunella_recovery: { ttlMs: 0 },
  /** Storms, by fingerprint. */
  prunella_storms: { ttlMs: 2 * DAY },
  /** Runs that the remediator began as new ones, and the incident (`Origin`) that each belongs to. */
  prunella_lineage: { ttlMs: 30 * DAY },
  /** What is to be said beside a change, by pipeline and branch, and whether it was. */
  prunella_reviews: { ttlMs: 30 * DAY },
  /** Tests in quarantine as the remediator knows them, by repository. */
  prunella_quarantine: { ttlMs: 0 },
  /** What pipelines and their jobs used, for advice; one that nobody runs any more is forgotten. */
  prunella_usage: { ttlMs: 90 * DAY },
  /** How the dependencies of `prunella.yaml` are, by name. The detector writes it, the remediator waits by it. */
  prunella_dependencies: { ttlMs: 0 },
  /** When each of them is probed next. */
  prunella_probes: { ttlMs: 0 },
  /** Which tests failed in a run, by run and attempt, as far as it was reported. */
  prunella_failed_tests: { ttlMs: 3 * DAY },
  /** What is known of each flaky test, by its id. Whatever is older proves nothing any more. */
  prunella_flaky: { ttlMs: 60 * DAY },
  /** The newest learnt confidence, by rule and action. */
  prunella_confidence: { ttlMs: 0 },
  /** Tokens of the API that were given out, by their SHA-256. */
  prunella_api_tokens: { ttlMs: 0 },
  /** When each of them was used last, to the hour; by the same key. */
  prunella_token_uses: { ttlMs: 0 },
  /** Sign-ins that were begun, by their state. */
  prunella_sign_ins: { ttlMs: 10 * 60_000 },
  /** Who is signed in, by the SHA-256 of their cookie. */
  prunella_sessions: { ttlMs: 12 * 60 * 60_000 },
} as const satisfies Record<string, BucketSpec>;

/** What a value of `prunella_lineage` says: a run was begun as this attempt of this incident. */
export interface Origin {
  incidentId: string;
  attempt: number;
}

/** What a value of `prunella_replies` says. */
export interface ReplyTo {
  /** Untrusted: whoever calls it looks whether it is one of the chat's. */
  address: string;
}

export type BucketName = keyof typeof BUCKETS;
