import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type Scheduled, type TimerOutcome, Timers } from '@prunella/bus';
import {
  continueTrace,
  messageOf,
  ProviderError,
  stableId,
  systemClock,
  traceparent,
  withSignal,
} from '@prunella/core';
import { PinoLogger } from 'nestjs-pino';
import { redacted } from '../redacted.ts';
import { mayHaveReports } from '../reports/ended-run.ts';
import { TestReports } from '../reports/test-reports.ts';
import { sources } from '../sources/index.ts';
import { REACH } from '../sources/reach.ts';
import type { Reach, Report, Source } from '../sources/source.ts';
import { Places } from '../threads/place.ts';
import { Outbox } from './outbox.ts';
import { whileSenderWaits } from './while-sender-waits.ts';

const ASK_TIMEOUT_MS = 10_000;
/** So long a report waits for the test reports of its run, which help to diagnose it; what is slower is told after it. */
const AHEAD_MS = 4_000;
/** Longer than asking takes, and publishing. */
const LEASE_MS = 20_000;
/** Nobody waits for the test reports that are left: all of a large run can be read in this time. */
const TESTS_TIMEOUT_MS = 2 * 60_000;
const TESTS_LEASE_MS = TESTS_TIMEOUT_MS + LEASE_MS;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 2 * 60_000;
/** A platform that is away for longer is not waited for: about ten minutes. */
const MOST_TRIES = 9;
/**
 * A no may be one of a moment: a token that is being changed, a wall before the platform. It is asked again for about a quarter of a minute: what goes out without an answer may be of a
 * wrong attempt, which nobody puts right.
 */
const MOST_REFUSALS = 3;

/** A report that waits to be completed, as it is kept in KV. */
interface Incomplete extends Scheduled {
  /** Safe as a KV key. */
  key: string;
  source: string;
  report: Report;
  tries: number;
  /** It was published: what is left are the test reports of its run. */
  published?: true;
  traceparent?: string;
}

/** Asks platforms for what webhooks leave out, after the sender got its answer, and publishes the whole. */
@Injectable()
export class Completions implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly timers: Promise<Timers<Incomplete>>;

  constructor(
    private readonly bus: Bus,
    @Inject(REACH) private readonly reach: Reach,
    private readonly outbox: Outbox,
    private readonly places: Places,
    private readonly tests: TestReports,
    private readonly logger: PinoLogger,
  ) {
    this.timers = this.wire();
    // reported by onApplicationBootstrap
    this.timers.catch(() => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    await (await this.timers).start();
  }

  async onApplicationShutdown(): Promise<void> {
    // when the start itself failed there is nothing to stop
    await (await this.timers.catch(() => undefined))?.stop();
  }

  /** Whether there is something to ask for before a report is published. */
  takes(source: Source, report: Report): boolean {
    return source.complete !== undefined && (source.completes?.(report, this.reach) ?? true);
  }

  /** Resolves when the report is on disk. The same one again changes nothing while it waits. Throws UnreachableError. */
  async add(source: Source, report: Report, withinMs?: number): Promise<void> {
    const incomplete: Incomplete = {
      key: stableId('completion', report.source, report.subject, report.id),
      source: source.name,
      report,
      tries: 0,
      dueAt: systemClock.now(),
      failures: 0,
      traceparent: traceparent(),
    };
    await whileSenderWaits(this.bus, async () => (await this.timers).set(incomplete), withinMs);
  }

  /** The same for the test reports alone of what is told at once; the platform is asked for them soon. Throws UnreachableError. */
  async addTests(report: Report<'pipeline.finished'>): Promise<void> {
    if (!mayHaveReports(report, this.reach)) return;
    const { platform } = report.data;
    const key = stableId('tests', report.source, report.id);
    const tests: Incomplete = {
      key,
      source: platform,
      report,
      published: true,
      tries: 0,
      dueAt: systemClock.now(),
      failures: 0,
      traceparent: traceparent(),
    };
    await whileSenderWaits(this.bus, async () => (await this.timers).set(tests));
  }

  private async wire(): Promise<Timers<Incomplete>> {
    return new Timers<Incomplete>({
      bucket: await this.bus.bucket<Incomplete>('prunella_completions'),
      clock: systemClock,
      keyOf: ({ key }) => key,
      leaseMs: ({ published }) => (published ? TESTS_LEASE_MS : LEASE_MS),
      // a platform that is slow is in nobody else's way
      laneOf: ({ source, published }) => ({ name: `${source} ${published ?? false}`, most: published ? 4 : 16 }),
      fire: (incomplete) =>
        continueTrace(incomplete.traceparent, incomplete.published ? 'read tests' : 'complete', {}, () =>
          this.complete(incomplete),
        ),
      log: {
        failed: (key, error, againAt) =>
          this.logger.warn({ key, error, againAt }, 'completing a report failed, it will be tried again'),
      },
    });
  }

  private async publish(report: Report): Promise<void> {
    await this.outbox.publish(await this.places.place(report));
  }

  private async complete(incomplete: Incomplete): Promise<TimerOutcome<Incomplete>> {
    if (incomplete.published) return await this.testsOf(incomplete);
    const { source: name, report, tries } = incomplete;
    // A source that is gone since then had nothing to add.
    const source = sources.find((each) => each.name === name);
    try {
      const whole = source?.complete
        ? await withSignal(
            { longestMs: ASK_TIMEOUT_MS },
            async (signal) => await source.complete?.(report, this.reach, signal),
          )
        : report;
      if (whole === undefined) return 'done';
      const tests = await withSignal({ longestMs: AHEAD_MS }, (signal) => this.tests.tell(whole, this.reach, signal));
      await this.publish(redacted(whole));
      if (tests === 'all') return 'done';
      const wait = tests.again ?? FIRST_WAIT_MS;
      return { againAt: systemClock.now() + wait, report: whole, published: true, tries: 0 };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (tries < (error.retryable ? MOST_TRIES : MOST_REFUSALS)) {
        const wait = error.options.retryAfterMs ?? waitAfter(tries);
        return { againAt: systemClock.now() + wait, tries: tries + 1 };
      }
      this.logger.warn(
        { report: report.id, error: messageOf(error) },
        'a report goes out as it came: nobody could complete it',
      );
      await this.publish(report);
      return 'done';
    }
  }
  /** The rest of what was too slow, or not to be had, when the report was published. */
  private async testsOf({ report, tries }: Incomplete): Promise<TimerOutcome<Incomplete>> {
    const tests = await withSignal({ longestMs: TESTS_TIMEOUT_MS }, (signal) =>
      this.tests.tell(report, this.reach, signal),
    );
    if (tests === 'all') return 'done';
    if (tries < MOST_TRIES) return { againAt: systemClock.now() + (tests.again ?? waitAfter(tries)), tries: tries + 1 };
    this.tests.giveUp(report);
    return 'done';
  }
}

function waitAfter(tries: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS);
}
