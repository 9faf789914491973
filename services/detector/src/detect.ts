import { EVENTS, type Origin, type Received } from '@prunella/bus';
import type { PipelineFailed, PipelineFinished } from '@prunella/contracts';
import type { Clock } from '@prunella/core';
import type { DetectorEnvironment } from './environment.ts';
import { failureOf } from './failure-of.ts';
import { redacted } from './redacted.ts';
import type { Delivery, FreshId, Heard, Report, Source } from './sources/source.ts';

/** What the sender is told with 202. */
export type Receipt =
  | {
      accepted: true;
      /** The first of what it told, and its incident: it can turn out to belong to another one. */
      id: string;
      incidentId: string;
      /** All of it, where it told several things. */
      events?: readonly { id: string; incidentId: string }[];
      duplicate?: true;
    }
  | { accepted: false; reason: string };

export interface Deps {
  environment: DetectorEnvironment;
  fresh: FreshId;
  clock: Clock;
  /** Resolves when the report is on disk; false: it was there already, and nothing changed. Throws UnreachableError. */
  publish(report: Report, withinMs?: number): Promise<boolean>;
  /** The incident that it belongs to, where that is not one of its own. Throws UnreachableError. */
  place(report: Report, withinMs?: number): Promise<Report>;
  /** Whether there is something to ask for before a report is published. */
  completes(source: Source, report: Report): boolean;
  /** Keeps a report on disk that is to be completed, and then published, after the answer. Throws UnreachableError. */
  completeLater(source: Source, report: Report, withinMs?: number): Promise<void>;
  /** Begins to keep what a sender wrote. Its id; undefined: it is not kept, which has been told. Never throws. */
  keepOriginal(source: Source, delivery: Delivery): string | undefined;
  deliveries: DeliveryLog;
  /** Keeps where the sender of an answer wants to be told what became of it. Throws UnreachableError. */
  keepReply(answer: string, address: string, withinMs?: number): Promise<void>;
}

type Told = Extract<Heard, { kind: 'reports' }>;

/** What judging needs. */
export interface JudgeDeps extends Pick<Deps, 'place'> {
  /** Resolves when the report is on disk. Publishing the same id again changes nothing. Throws UnreachableError. */
  publish(report: Report): Promise<void>;
  /** The incident for which the remediator began this run as a new one; undefined: it did not. */
  originOf(run: Pick<PipelineFinished, 'platform' | 'repository' | 'runId'>): Promise<Origin | undefined>;
  /** How many times as long as usual it took; undefined: nobody knows. */
  durationRatio(event: Received<'pipeline.finished'>): Promise<number | undefined>;
}

/** Which deliveries were taken. */
export interface DeliveryLog {
  /** The receipt of a delivery that was taken before; undefined: a new one. */
  find(source: string, deliveryId: string): Promise<Receipt | undefined>;
  note(source: string, deliveryId: string, receipt: Receipt): Promise<void>;
}

/** One webhook delivery, from the door to the bus. Throws what the sender has to know: 400, 401 or 503. */
export async function detect(source: Source, delivery: Delivery, d: Deps): Promise<Receipt> {
  await source.authenticate(delivery, d.environment);
  const heard = source.read(delivery, d.fresh);
  if (heard.kind === 'ignored') return { accepted: false, reason: heard.reason };
  const { reports, deliveryId, replyTo } = heard;
  // Most are new. Of those that may not be, the stream itself knows most.
  const isAsked = deliveryId !== undefined && !isRemembered(source, heard, d);
  const before = isAsked && (await d.deliveries.find(source.name, deliveryId));
  if (before) return { ...before, duplicate: true } as Receipt;
  // Before the publish: whoever hears of the answer looks for it.
  if (replyTo !== undefined) await d.keepReply(reports[0].id, replyTo, source.withinMs);
  const originalId = reports.some(isPipelineReport) ? d.keepOriginal(source, delivery) : undefined;
  const told: Report[] = [];
  let isNew = false;
  for (const report of reports) {
    const whole = redacted(withOriginal(report, originalId));
    if (!d.completes(source, whole)) {
      const placed = await d.place(whole, source.withinMs);
      if (await d.publish(placed, source.withinMs)) isNew = true;
      told.push(placed);
    } else {
      await d.completeLater(source, whole, source.withinMs);
      isNew = true;
      told.push(whole);
    }
  }
  const receipt = receiptOf(told);
  // After the publish: a crash in between costs a duplicate, which the stream recognises, and never the event.
  if (deliveryId) await d.deliveries.note(source.name, deliveryId, receipt);
  return isNew ? receipt : { ...receipt, duplicate: true };
}

/**
 * Whether all of it happened so short a time ago that the stream recognises what it was told before, by its id: nobody can have told it before it
 * happened. Half of what the stream remembers is left to clocks that differ.
 */
function isRemembered(source: Source, { reports, replyTo }: Told, d: Deps): boolean {
  // These are told at another time than they came, or written down before.
  if (replyTo !== undefined || reports.some((report) => d.completes(source, report))) return false;
  const [longest, now] = [EVENTS.duplicateWindowMs / 2, d.clock.now()];
  return reports.every(({ time }) => Math.abs(now - Date.parse(time ?? '')) < longest);
}

function receiptOf(reports: readonly Report[]): Extract<Receipt, { accepted: true }> {
  const events = reports.map(({ id, data: { incidentId } }) => ({ id, incidentId }));
  return { accepted: true, ...(events[0] as { id: string; incidentId: string }), ...(events.length > 1 && { events }) };
}

function isPipelineReport(report: Report): report is Extract<Report, { subject: `pipeline.${string}` }> {
  return report.subject.startsWith('pipeline.');
}

function withOriginal(report: Report, originalId: string | undefined): Report {
  if (originalId === undefined || !isPipelineReport(report)) return report;
  return { ...report, data: { ...report.data, originalId } } as Report;
}

/** Something ended, whoever says so: where it is a failure, that is said too. */
export async function judge(event: Received<'pipeline.finished'>, d: JudgeDeps): Promise<void> {
  const failure = failureOf(event.data, event.id);
  if (failure === undefined) return;
  const { source, time } = event;
  // Asked for at once: two reads in one write to NATS, and one wait.
  const [ratio, origin] = await Promise.all([d.durationRatio(event), d.originOf(failure)]);
  // What the publisher says itself comes first.
  const metrics = ratio === undefined ? failure.metrics : { duration_ratio: ratio, ...failure.metrics };
  const data = ofItsIncident({ ...failure, metrics }, origin);
  const report = redacted({ subject: 'pipeline.failed', id: `${event.id}/failed`, source, time, data });
  await d.publish(await d.place(report));
}

/** A run that the remediator began for another one counts on the attempts of that one's incident. */
export function ofItsIncident<E extends Pick<PipelineFailed, 'incidentId' | 'attempt'>>(
  event: E,
  origin: Origin | undefined,
): E & Pick<PipelineFailed, 'runAttempt'> {
  if (origin === undefined) return event;
  const { incidentId, attempt } = origin;
  return { ...event, incidentId, attempt: attempt + event.attempt - 1, runAttempt: event.attempt };
}
