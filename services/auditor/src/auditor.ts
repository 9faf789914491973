import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Bus } from '@prunella/bus';
import { messageOf, systemClock } from '@prunella/core';
import type { DigestSettings } from '@prunella/policy';
import { type EventRecord, Store } from '@prunella/store';
import { PinoLogger } from 'nestjs-pino';
import { audit } from './audit.ts';
import { makeDigest } from './digest/make-digest.ts';
import { reviewStandings } from './learn/standings.ts';
import { publishOutbox } from './ledger/publish-outbox.ts';
import type { Moment } from './outcomes/settle.ts';
import { sweep } from './outcomes/sweep.ts';
import { ProofTelemetry } from './proof-telemetry.ts';
import { expireQuarantine } from './quarantine/expire.ts';
import type { SummaryDeps } from './report/summary.ts';
import { forgetOld } from './retention/forget.ts';
import type { AuditSettings, RetentionSettings } from './settings.ts';
import { AuditTelemetry } from './telemetry.ts';
import { forgetOldTests } from './tests/forget.ts';

const OUTBOX_EVERY_MS = 1_000;
const REVIEW_EVERY_MS = 2_000;
const LONGEST_SWEEP_EVERY_MS = 30_000;
const FORGET_EVERY_MS = 60_000;

/** What is wanted of a digest now, and what is needed to make one. */
export type DigestWish = () => Omit<SummaryDeps, 'store'> & { settings: DigestSettings | undefined };

/** Takes events in, and does what is to be done without one: publish the outbox, settle what nobody proves. */
@Injectable()
export class Auditor implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopped = new AbortController();
  private readonly loops: Promise<void>[] = [];
  /** Something was learnt since the standings of rules were looked at. */
  private reviewDue = false;
  /** Replaced at each rest of the outbox loop. */
  private wakeOutbox: () => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly bus: Bus,
    private readonly settings: AuditSettings & RetentionSettings,
    private readonly digest: DigestWish,
    private readonly telemetry: AuditTelemetry,
    private readonly proof: ProofTelemetry,
    private readonly logger: PinoLogger,
  ) {}

  /** Resolves when the events, and what follows from them, are committed. */
  async take(events: readonly EventRecord[]): Promise<void> {
    const audited = await audit(this.store, events, systemClock.now(), this.settings);
    this.telemetry.count(audited);
    this.reviewDue ||= audited.learnt;
    this.wakeOutbox();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.store.isSearchIndexed) {
      this.logger.warn(
        {},
        'no pg_trgm on this Postgres, or no right to create it: text is searched without an index; have its administrator run CREATE EXTENSION pg_trgm and restart',
      );
    }
    // The sweep asks how far it is, which may be before it begins to read.
    await this.bus.ensureConsumer('auditor-events');
    const sweepEveryMs = Math.min(this.settings.settleWithinMs / 4, LONGEST_SWEEP_EVERY_MS);
    this.loops.push(
      this.every(OUTBOX_EVERY_MS, 'outbox', () => this.publish()),
      this.every(REVIEW_EVERY_MS, 'review', () => this.reviewWhatWasLearnt()),
      this.every(Math.max(sweepEveryMs, 100), 'sweep', () => this.sweep()),
      this.every(FORGET_EVERY_MS, 'retention', () => this.forget()),
    );
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    this.wakeOutbox();
    await Promise.all(this.loops);
  }

  private async publish(): Promise<void> {
    // Publishing would wait for the connection, with a transaction open.
    if (!this.bus.isConnected) return;
    await publishOutbox(this.store, this.bus, (row, reason) => {
      this.logger.error({ id: row.id, subject: row.subject, error: reason.message }, 'event refused, not published');
    });
  }

  private async sweep(): Promise<void> {
    const heardUntil = await this.bus.handledUntil('auditor-events');
    const now = systemClock.now();
    this.telemetry.count(await sweep(this.store, { now, heardUntil }, this.settings));
    await this.review({ now, heardUntil });
    await expireQuarantine(this.store, { source: this.settings.source, now });
    const { settings, ...about } = this.digest();
    const moment = { now, heardUntil, source: this.settings.source };
    await makeDigest({ ...about, store: this.store }, settings, moment);
    await forgetOldTests(this.store, { now, keptMs: this.settings.testsKeptMs });
    this.wakeOutbox();
    await this.telemetry.refresh(heardUntil);
    await this.proof.refresh();
  }

  private async forget(): Promise<void> {
    const forgotten = await forgetOld(this.store, systemClock.now(), this.settings);
    const { incidents, strays, dropped, made } = forgotten;
    if (incidents + strays + dropped.length + made.length > 0) {
      this.logger.info(forgotten, 'what is older than it is kept was forgotten, and room made for what comes');
    }
  }

  /** A rule that fails is demoted at once, and not only at the next sweep. */
  private async reviewWhatWasLearnt(): Promise<void> {
    if (!this.reviewDue) return;
    const heardUntil = await this.bus.handledUntil('auditor-events');
    this.reviewDue = false;
    await this.review({ now: systemClock.now(), heardUntil });
    this.wakeOutbox();
  }

  private async review(moment: Moment): Promise<void> {
    for (const { decidedBy, action, standing, reason } of await reviewStandings(this.store, moment, this.settings)) {
      this.logger.info({ decidedBy, action, standing, reason }, 'the standing of a rule changed');
    }
  }

  private async every(
    ms: number,
    task: 'outbox' | 'review' | 'sweep' | 'retention',
    work: () => Promise<void>,
  ): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        if (task === 'outbox') this.wakeOutbox = resolve;
      });
      try {
        await work();
      } catch (error) {
        this.logger.warn({ task, error: messageOf(error) }, 'background task failed, it is tried again');
      }
      await Promise.race([sleep(ms, undefined, { signal }).catch(() => undefined), woken]);
    }
  }
}
