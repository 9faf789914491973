import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type JsonBucket, type Received, Timers } from '@prunella/bus';
import { platformAttempt, stableId, systemClock } from '@prunella/core';
import { isRerun } from '@prunella/policy';
import { PinoLogger } from 'nestjs-pino';
import { DetectorPolicy } from '../detector-policy.ts';
import { Completions } from '../intake/completions.ts';
import { Originals } from '../intake/originals.ts';
import { Outbox } from '../intake/outbox.ts';
import { Places } from '../threads/place.ts';
import { type Awaited, askAwaited } from './ask-awaited.ts';
import { askPlace } from './ask-place.ts';
import { BackfillTelemetry } from './backfill-telemetry.ts';
import { Endings } from './endings.ts';
import { AskedPlatforms, placeOf } from './platforms.ts';
import { goOn, type Round, type Step } from './round.ts';
import { Sightings } from './sightings.ts';
import type { TellDeps } from './tell-found.ts';
import type { Cursor } from './window.ts';

/** Of those that webhooks told of, the newest. */
const MOST_PLACES = 100;
/** For what is done beside asking: to publish, and to write down how far it is. */
const SLACK_MS = 5_000;

interface Buckets {
  cursors: JsonBucket<Cursor>;
  awaited: JsonBucket<Awaited>;
}

/** Asks the platforms for what no webhook told: wires the rounds to NATS, the platforms and the clock. One replica asks a platform at a time. */
@Injectable()
export class Backfill implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly tell: TellDeps;
  private timers: Timers<Round> | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly platforms: AskedPlatforms,
    private readonly sightings: Sightings,
    private readonly policy: DetectorPolicy,
    private readonly telemetry: BackfillTelemetry,
    private readonly logger: PinoLogger,
    endings: Endings,
    originals: Originals,
    outbox: Outbox,
    places: Places,
    completions: Completions,
  ) {
    this.tell = {
      endings,
      reach: { reader: (platform) => platforms.all.get(platform)?.reader, cluster: undefined },
      publishOnce: async (report) => {
        // Before it, for whoever is ended in between: asked for again they are the same.
        if (report.subject === 'pipeline.finished') await completions.addTests(report);
        return await outbox.publishOnce(report);
      },
      place: (report) => places.place(report),
      keepOriginal: ({ source }, record) =>
        originals.keep(source, {
          headers: {},
          query: new URLSearchParams(),
          body: Buffer.from(JSON.stringify(record)),
        }),
      unreadable: (...args) => telemetry.unreadable(...args),
      clock: systemClock,
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.platforms.all.size === 0) return;
    await this.policy.ready;
    const buckets = { cursors: await this.bus.bucket<Cursor>('prunella_cursors'), awaited: await this.awaited() };
    const settings = () => this.policy.current.backfill;
    this.timers = new Timers<Round>({
      bucket: await this.bus.bucket<Round>('prunella_rounds'),
      clock: systemClock,
      keyOf: ({ platform }) => platform,
      leaseMs: () => settings().timeout + SLACK_MS,
      fire: (round) =>
        goOn(round, {
          settings,
          steps: (platform) => this.steps(platform),
          ask: (platform, step) => this.ask(platform, step, buckets),
          clock: systemClock,
          random: Math.random,
          log: this.telemetry,
        }),
      log: {
        failed: (platform, error, againAt) =>
          this.logger.warn({ platform, error, againAt }, 'asking a platform failed, it is tried again'),
      },
    });
    await this.timers.start();
    for (const platform of this.platforms.all.keys()) {
      // What has just been set up has nothing to catch up with; after a restart the round that was due comes at once.
      const dueAt = systemClock.now() + settings().every;
      await this.timers.set({ platform, begunAt: 0, left: [], unanswered: 0, dueAt, failures: 0 });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.timers?.stop();
  }

  /** Waits for a run that was started again, where a list may be too short to tell how it ends. */
  async waitFor({ data: { run, action, status }, time }: Received<'action.executed'>): Promise<void> {
    const isAsked = this.platforms.all.get(run.platform)?.reader.ended !== undefined;
    if (!isAsked || run.kind !== 'run' || status !== 'executed' || !isRerun(action.type)) return;
    const since = Date.parse(time);
    const seen = await this.sightings.find(run.platform, placeOf(run));
    // From before this installation asked for anything: its end was told by others, or never.
    if (seen === undefined || since < seen.firstAt) return;
    const key = stableId('awaited', run.platform, placeOf(run), run.runId, platformAttempt(run));
    await (await this.awaited()).put(key, { run, since });
  }

  private awaited(): Promise<JsonBucket<Awaited>> {
    return this.bus.bucket<Awaited>('prunella_awaited');
  }

  private async steps(platform: string): Promise<Step[]> {
    const configured = this.policy.current.backfill.repositories
      .filter((one) => one.platform === platform)
      .map(({ repository }) => repository);
    for (const place of configured) await this.sightings.see(platform, place);
    const places = new Set([...configured, ...(await this.sightings.newest(platform, MOST_PLACES))]);
    return [{ awaited: true }, ...[...places].map((place) => ({ place }))];
  }

  private async ask(id: string, step: Step, { cursors, awaited }: Buckets): Promise<void> {
    const platform = this.platforms.all.get(id);
    // Configured no more; another replica may still have it.
    if (platform === undefined) return;
    const { telemetry } = this;
    const settings = () => this.policy.current.backfill;
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(settings().timeout)]);
    const deps = {
      ...this.tell,
      settings,
      found: telemetry.found.bind(telemetry),
    };
    try {
      if ('awaited' in step) {
        await askAwaited(platform, { ...deps, awaited, unknown: telemetry.unknown.bind(telemetry) }, signal);
        return;
      }
      const firstSeenAt = async (of: string, place: string) =>
        (await this.sightings.find(of, place))?.firstAt ?? systemClock.now();
      await askPlace(
        platform,
        step.place,
        { ...deps, cursors, firstSeenAt, cut: telemetry.cut.bind(telemetry) },
        signal,
      );
    } catch (error) {
      // The platform is not to blame.
      if (this.stopping.signal.aborted) throw new Error('the service stops', { cause: error });
      throw error;
    }
  }
}
