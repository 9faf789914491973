import type { Origin, Received } from '@prunella/bus';
import type { PipelineFailed, PipelineFinished } from '@prunella/contracts';
import type { DetectorEnvironment } from './environment.ts';
import { failureOf } from './failure-of.ts';
import { redacted } from './redacted.ts';
import type { Delivery, FreshId, Report, Source } from './sources/source.ts';

/** What the sender is told with 202. */
export type Receipt =
  | { accepted: true; id: string; incidentId: string; duplicate?: true }
  | { accepted: false; reason: string };

export interface Deps {
  environment: DetectorEnvironment;
  fresh: FreshId;
  /** Resolves when the report is on disk. Publishing the same id again changes nothing. Throws UnreachableError. */
  publish(report: Report, withinMs?: number): Promise<void>;
  deliveries: DeliveryLog;
  /** Keeps where the sender of an answer wants to be told what became of it. Throws UnreachableError. */
  keepReply(answer: string, address: string, withinMs?: number): Promise<void>;
}

/** What judging needs. */
export interface JudgeDeps extends Pick<Deps, 'publish'> {
  /** The incident for which the remediator began this run as a new one; undefined: it did not. */
  originOf(run: Pick<PipelineFinished, 'platform' | 'repository' | 'runId'>): Promise<Origin | undefined>;
}

/** Which deliveries were taken, by the sender's own ids. */
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
  if (heard.kind === 'reports') return await publishAll(source, heard.reports, d);
  const { report, deliveryId, replyTo } = heard;
  const before = deliveryId && (await d.deliveries.find(source.name, deliveryId));
  if (before) return { ...before, duplicate: true } as Receipt;
  // Before the publish: whoever hears of the answer looks for it.
  if (replyTo !== undefined) await d.keepReply(report.id, replyTo, source.withinMs);
  await d.publish(redacted(report), source.withinMs);
  const receipt: Receipt = { accepted: true, id: report.id, incidentId: report.data.incidentId };
  // After the publish: a crash in between costs a duplicate, which the stream recognises, and never the event.
  if (deliveryId) await d.deliveries.note(source.name, deliveryId, receipt);
  return receipt;
}

/** Sent again, each has the same id and changes nothing: also after some of them were published only. */
async function publishAll(source: Source, reports: readonly [Report, ...Report[]], d: Deps): Promise<Receipt> {
  for (const report of reports) await d.publish(redacted(report), source.withinMs);
  const [{ id, data }] = reports;
  return { accepted: true, id, incidentId: data.incidentId };
}

/** Something ended, whoever says so: where it is a failure, that is said too. */
export async function judge(event: Received<'pipeline.finished'>, d: JudgeDeps): Promise<void> {
  const failure = failureOf(event.data, event.id);
  if (failure === undefined) return;
  const { source, time } = event;
  await d.publish(
    redacted({
      subject: 'pipeline.failed',
      id: `${event.id}/failed`,
      source,
      time,
      data: ofItsIncident(failure, await d.originOf(failure)),
    }),
  );
}

/** A run that the remediator began for another one counts on the attempts of that one's incident. */
export function ofItsIncident(failure: PipelineFailed, origin: Origin | undefined): PipelineFailed {
  if (origin === undefined) return failure;
  const { incidentId, attempt } = origin;
  return { ...failure, incidentId, attempt: attempt + failure.attempt - 1, runAttempt: failure.attempt };
}
