import { Injectable } from '@nestjs/common';
import { Bus, type JsonBucket } from '@prunella/bus';
import { iso, systemClock } from '@prunella/core';
import { type Measured, Metrics } from '@prunella/service-kit';

/** When a sender was heard. ISO 8601, to the minute; absent: never. */
export interface HeardSender {
  takenAt?: string;
  /** Who came without the right secret or signature. */
  refusedAt?: string;
}

/** Not written more often for each sender. */
const WRITE_MS = 60_000;

/** Notes when each sender of webhooks was heard last, for people who set one up. Shared by all replicas. */
@Injectable()
export class WebhookBook {
  private readonly written = new Map<string, number>();

  constructor(
    private readonly bus: Bus,
    metrics: Metrics,
  ) {
    metrics.askedGauge(
      'detector_webhooks_last_timestamp_seconds',
      'When a sender of webhooks was last heard, to the minute, in seconds since the epoch.',
      ['source'],
      async () => this.heard(),
    );
  }

  /** Returns at once: a sender does not wait for what is only told to people, and is not refused because it can't be noted. */
  note(source: string, what: keyof HeardSender): void {
    const key = `${source} ${what}`;
    const now = systemClock.now();
    if ((this.written.get(key) ?? 0) > now - WRITE_MS) return;
    this.written.set(key, now);
    this.write(source, what, now).catch(() => this.written.delete(key));
  }

  /** By source; those that were never heard are not in it. */
  async all(): Promise<ReadonlyMap<string, HeardSender>> {
    const entries = await (await this.bucket()).entries();
    return new Map(entries.map(({ key, value }) => [key, value]));
  }

  /** When each one was taken last; also before this process was started. */
  private async heard(): Promise<Measured<'source'>[]> {
    return [...(await this.all())].flatMap(([source, { takenAt }]) =>
      takenAt === undefined ? [] : [{ labels: { source }, value: Date.parse(takenAt) / 1_000 }],
    );
  }

  private async write(source: string, what: keyof HeardSender, now: number): Promise<void> {
    const bucket = await this.bucket();
    for (;;) {
      const entry = await bucket.get(source);
      const next = { ...entry?.value, [what]: iso(now) };
      const revision =
        entry === undefined ? await bucket.create(source, next) : await bucket.update(source, next, entry.revision);
      if (revision !== undefined) return;
    }
  }

  private bucket(): Promise<JsonBucket<HeardSender>> {
    return this.bus.bucket<HeardSender>('prunella_webhooks');
  }
}
