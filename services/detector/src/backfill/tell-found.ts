import type { Finished } from '@prunella/core';
import { type Clock, iso, messageOf, ProviderError } from '@prunella/core';
import { redacted } from '../redacted.ts';
import type { Reach, Report } from '../sources/source.ts';
import type { Endings } from './endings.ts';
import type { AskedPlatform } from './platforms.ts';
import type { Listed } from './window.ts';

type Run = Finished['runs'][number];
type Ending = Report<'pipeline.finished'>;

export interface TellDeps {
  endings: Pick<Endings, 'toldBy'>;
  reach: Reach;
  /** False: it was on the stream already. Throws UnreachableError. */
  publishOnce(report: Report): Promise<boolean>;
  place(report: Report): Promise<Report>;
  /** As in `Deps` of detect. */
  keepOriginal(platform: AskedPlatform, record: unknown): string | undefined;
  /** A record that can't be read: it is passed over, for it will not get better. */
  unreadable(platform: AskedPlatform, place: string, run: Run, error: string): void;
  clock: Clock;
}

/** What became of a run, and its platform's number of the attempt that ended. */
export interface Told {
  what: Listed | 'unreadable' | 'nothing';
  attempt: number;
}

/**
 * Tells that a run ended, as the webhook that never came would have, where nobody did. A record is read by the source of its platform, gets the webhook's
 * own id, and goes the webhook's way. Doing it twice changes nothing. Throws ProviderError where the platform has to be asked again, and what NATS throws.
 */
export async function tellFound(
  platform: AskedPlatform,
  place: string,
  run: Run,
  d: TellDeps,
  signal: AbortSignal,
): Promise<Told> {
  const report = reportOf(platform, place, run, d);
  if (report === undefined) return { what: 'unreadable', attempt: 0 };
  // A source that does not know the attempt finds it out when it completes the report.
  const isWhole = report.newestJob === undefined;
  const known = isWhole ? await d.endings.toldBy(report.data) : undefined;
  if (known !== undefined) return told(known, report);
  const whole = await completed(platform, report, d, signal);
  if (whole?.subject !== 'pipeline.finished') return { what: 'nothing', attempt: report.data.attempt };
  const before = isWhole ? undefined : await d.endings.toldBy(whole.data);
  if (before !== undefined) return told(before, whole);
  const originalId = d.keepOriginal(platform, run.record);
  const found = { foundAt: iso(d.clock.now()), ...(originalId !== undefined && { originalId }) };
  const isNew = await d.publishOnce(await d.place(redacted({ ...whole, data: { ...whole.data, ...found } })));
  return { what: isNew ? 'found now' : 'told by somebody', attempt: whole.data.attempt };
}

function told(by: 'somebody' | 'found', { data }: Ending): Told {
  return { what: by === 'found' ? 'found before' : 'told by somebody', attempt: data.attempt };
}

/** undefined: it can't be read, which has been told, or does not say that something ended. */
function reportOf(platform: AskedPlatform, place: string, run: Run, d: TellDeps): Ending | undefined {
  try {
    const heard = platform.source.found(run.record, place);
    if (heard.kind === 'ignored') throw new Error(heard.reason);
    const [report] = heard.reports;
    if (report.subject === 'pipeline.finished') return report;
    throw new Error(`expected that it ended, found ${report.subject}`);
  } catch (error) {
    // Nothing but reading happened: the record is at fault, whatever was thrown.
    d.unreadable(platform, place, run, messageOf(error));
    return undefined;
  }
}

/** undefined: it turned out to be nothing. What can't be asked for by whatever is not for a while is told as it is. */
async function completed(
  { source }: AskedPlatform,
  report: Ending,
  { reach }: TellDeps,
  signal: AbortSignal,
): Promise<Report | undefined> {
  if (source.complete === undefined) return report;
  try {
    return await source.complete(report, reach, signal);
  } catch (error) {
    if (error instanceof ProviderError && !error.retryable) return report;
    throw error;
  }
}
