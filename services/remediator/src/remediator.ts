import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type Origin, type ReplyTo } from '@prunella/bus';
import { ciPlatforms } from '@prunella/ci';
import type {
  ActionApproved,
  BreakerClosed,
  DiagnosisMade,
  DigestMade,
  OutcomeObserved,
  PipelineFinished,
  QuarantineChanged,
  WatchEnded,
} from '@prunella/contracts';
import { continueTrace, incidentAttributes, runAttributes, systemClock } from '@prunella/core';
import {
  Breakers,
  type Expenses,
  forbids,
  hearOutcome,
  Recoveries,
  SpendingLedger,
  type Spent,
  Storms,
} from '@prunella/decision';
import { prometheusFromEnvironment } from '@prunella/metrics';
import { notifiers as notifiersOf, type Post, slackReplier } from '@prunella/notify';
import { type DependencyRecord, type KeptBreaker, type Recovery, type Storm } from '@prunella/policy';
import { ENVIRONMENT, type Measured, Metrics } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import { begunAt, type Claim } from './act/claims.ts';
import { standings } from './act/dependencies.ts';
import { Lineage } from './act/lineage.ts';
import { type Timer, Timers } from './act/timers.ts';
import { actionsFromEnvironment } from './actions/from-environment.ts';
import { type Page, QuarantineBook } from './actions/skip-test/quarantine-book.ts';
import { type Answers, type ApproveDeps, expire, type Heard, hear, overtake } from './approve/approve.ts';
import { type Amendment, Questions } from './approve/questions.ts';
import { type ReplyDeps, reply } from './approve/reply.ts';
import { BudgetUse } from './budget-use.ts';
import type { RemediatorEnvironment } from './environment.ts';
import { fire } from './fire.ts';
import type { Order } from './order.ts';
import { remediate, schedule } from './remediate.ts';
import type { RemediateDeps } from './remediate-deps.ts';
import { RemediatorPolicy } from './remediator-policy.ts';
import { Reporter } from './report.ts';
import { Reviews } from './review/reviews.ts';
import type { Story } from './review/story.ts';
import { announce } from './tell/announcement.ts';
import { endedWatch } from './tell/ended-watch.ts';
import { expiredTest } from './tell/expired-test.ts';
import { madeDigest } from './tell/made-digest.ts';
import { tellExpired } from './tell/notes.ts';
import { byMetrics } from './verify/by-metrics.ts';

interface Wired {
  d: RemediateDeps;
  approval: ApproveDeps;
  replies: ReplyDeps;
  timers: Timers;
  reviews: Reviews;
  questions: Questions;
  quarantine: QuarantineBook;
}

/** Wires the stages to NATS, the platforms and the clock. */
@Injectable()
export class Remediator implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ready: Promise<Wired>;
  private readonly budgetUse = new BudgetUse();

  constructor(
    private readonly bus: Bus,
    @Inject(ENVIRONMENT) private readonly environment: RemediatorEnvironment,
    private readonly logger: PinoLogger,
    private readonly metrics: Metrics,
    private readonly policy: RemediatorPolicy,
  ) {
    this.ready = this.wire();
    // reported by onApplicationBootstrap
    this.ready.catch(() => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { timers, questions } = await this.ready;
    await Promise.all([timers.start(), questions.start()]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.budgetUse.stop();
    // when the start itself failed there is nothing to stop
    const wired = await this.ready.catch(() => undefined);
    await wired?.timers.stop();
    await wired?.questions.stop();
  }

  async remediate(diagnosis: DiagnosisMade): Promise<void> {
    const { d } = await this.ready;
    const { incidentId, run } = diagnosis;
    await this.overtake(incidentId, run.attempt, `attempt ${run.attempt} failed, too, and is decided anew`);
    await remediate(diagnosis, d);
  }

  /** What passed needs no answer to what was asked about the attempt before. */
  async hearOfEnd({ kind, conclusion, incidentId, attempt }: PipelineFinished): Promise<void> {
    if (conclusion !== 'success' || (kind !== 'run' && kind !== 'deployment')) return;
    await this.overtake(incidentId, attempt, `attempt ${attempt} passed without it`);
  }

  /** @param answer the id of the event, by which it is known where to reply. */
  async hear(approval: ActionApproved, answer: string): Promise<Heard> {
    const { approval: d, replies, questions } = await this.ready;
    const heard = await hear(approval, d);
    await reply(answer, heard, replies);
    // Wherever it was answered: in the console nobody waits for a reply, and the question stands in Slack.
    if (heard.kind !== 'not-asked') await questions.changed(heard.order);
    return heard;
  }

  /** False: it was not open, or opened anew since. */
  async closeBreaker(closed: BreakerClosed): Promise<boolean> {
    const { d } = await this.ready;
    return await d.breakers.close(closed);
  }

  /** An action that does not help is given a rest; what heals in a storm lets others follow. */
  async learn(outcome: OutcomeObserved): Promise<void> {
    const { d, reviews } = await this.ready;
    await hearOutcome(outcome, { ...d, begunAt: (key) => begunAt(d.claims, key) });
    // That it came back later is no news for the author of the change.
    if (outcome.reverses !== '') return;
    await reviews.learn(outcome);
  }

  /** Who is in quarantine is known here, too, whoever put it there; whose time is over, its owner hears. */
  async note(change: QuarantineChanged, eventId: string): Promise<void> {
    const { quarantine, d } = await this.ready;
    await quarantine.hear(change, eventId);
    const announcement = expiredTest(change, eventId, d.policy, this.environment.PRUNELLA_PUBLIC_URL);
    if (announcement !== undefined) await announce(announcement, d);
  }

  /** What nobody knows about a deployment, people hear. */
  async tellOfWatch(ended: WatchEnded, eventId: string): Promise<void> {
    const { d } = await this.ready;
    const announcement = endedWatch(ended, eventId, d.policy);
    if (announcement !== undefined) await announce(announcement, d);
  }

  /** What happened in a week, people hear. */
  async tellDigest(digest: DigestMade, eventId: string): Promise<void> {
    const { d } = await this.ready;
    await announce(madeDigest(digest, eventId, this.environment.PRUNELLA_PUBLIC_URL), d);
  }

  private async overtake(incidentId: string, attempt: number, by: string): Promise<void> {
    // Before the first attempt nothing was asked.
    if (attempt < 2) return;
    const { approval, questions } = await this.ready;
    const order = await overtake({ incidentId, attempt: attempt - 1, by }, approval);
    if (order !== undefined) await questions.changed(order);
  }

  private async wire(): Promise<Wired> {
    const { bus } = this;
    const timers = new Timers(await bus.bucket<Timer>('prunella_timers'), systemClock, (timer) => this.fire(timer), {
      failed: (timer, error, againAt) =>
        this.logger.warn({ timer, error, againAt }, 'timer failed, it will be tried again'),
    });
    const { policy } = this;
    await policy.ready;
    const environment = this.environment as unknown as NodeJS.ProcessEnv;
    const platforms = ciPlatforms(environment);
    const claims = await bus.bucket<Claim>('prunella_claims');
    const owner = randomUUID();
    const reviews = new Reviews({
      stories: await bus.bucket<Story>('prunella_reviews'),
      claims,
      timers,
      platforms,
      policy: () => policy.current,
      clock: systemClock,
      owner,
      link: (incidentId) => linkFor(this.environment.PRUNELLA_PUBLIC_URL, incidentId),
      givenUp: ({ incidentId, run }, problem) =>
        this.logger.warn({ incidentId, run: run.runId, problem }, 'the author of a change could not be told'),
    });
    const reporter = new Reporter(bus, (order, became) => reviews.heard(order, became));
    const quarantine = new QuarantineBook(await bus.bucket<Page>('prunella_quarantine'), systemClock);
    const notifiers = notifiersOf(environment, await bus.bucket<Post>('prunella_slack'));
    const decisions = await bus.bucket<Order>('prunella_decisions');
    const answers = await bus.bucket<Answers>('prunella_answers');
    const questions = new Questions({
      bucket: await bus.bucket<Amendment>('prunella_questions'),
      decisions,
      answers,
      claims,
      notifiers,
      publicUrl: this.environment.PRUNELLA_PUBLIC_URL,
      clock: systemClock,
      log: {
        failed: (question, error, againAt) =>
          this.logger.warn(
            { question, error, againAt },
            'a question could not be brought up to date, it is tried again',
          ),
        stale: (question, problem) =>
          this.logger.warn({ question, problem }, 'a question still shows what it asked: it could not be changed'),
      },
    });
    const breakers = await bus.bucket<KeptBreaker>('prunella_breakers');
    const spending = await bus.bucket<Expenses>('prunella_spending');
    const prometheus = prometheusFromEnvironment(environment);
    const d: RemediateDeps = {
      get policy() {
        return policy.current;
      },
      forbids: (order) => forbids(policy.current, order, systemClock.now()),
      breakers: new Breakers(breakers, systemClock),
      storms: new Storms(await bus.bucket<Storm>('prunella_storms'), systemClock, Math.random),
      ledger: new SpendingLedger(spending, systemClock),
      lineage: new Lineage(await bus.bucket<Origin>('prunella_lineage')),
      actions: await actionsFromEnvironment(
        environment,
        this.environment.PRUNELLA_PUBLIC_URL,
        () => policy.current,
        platforms,
        { bus, book: quarantine },
        notifiers,
      ),
      decisions,
      budgets: await bus.bucket<Spent>('prunella_budgets'),
      standing: standings(await bus.bucket<DependencyRecord>('prunella_dependencies'), systemClock),
      recoveries: new Recoveries(await bus.bucket<Recovery>('prunella_recovery')),
      claims,
      clock: systemClock,
      random: Math.random,
      owner,
      timers,
      reporter,
      questions,
      isHeard: notifiers.length > 0,
      verified: (order, proof, rolledOutAt, signal) =>
        byMetrics(order, proof, rolledOutAt, signal, {
          watches: policy.current.watches,
          prometheus,
          clock: systemClock,
        }),
    };
    const approval: ApproveDeps = {
      decisions: d.decisions,
      answers,
      clock: systemClock,
      reporter,
      schedule: (order) => schedule(order, d),
      tellExpired: (order) => tellExpired(order, d),
    };
    const replies: ReplyDeps = {
      replies: await bus.bucket<ReplyTo>('prunella_replies'),
      replier: slackReplier(this.environment as unknown as NodeJS.ProcessEnv),
      publicUrl: this.environment.PRUNELLA_PUBLIC_URL,
      log: {
        unanswered: (answer, problem) =>
          this.logger.warn({ answer, problem }, 'whoever answered could not be told what became of it'),
      },
    };
    this.metrics.gauge('prunella_timers_waiting', 'Actions and checks that wait for their time.', () => timers.size);
    this.metrics.gauge(
      'prunella_timers_overdue_seconds',
      'How late the one is that should have been done first; 0: none is late.',
      () => timers.overdueMs / 1_000,
    );
    this.metrics.askedGauge(
      'prunella_breaker_open',
      '1 while an action is given a rest because it did not help.',
      ['action_type', 'platform'],
      async () => breakerStates(await breakers.entries()),
    );
    await this.budgetUse.follow(spending);
    this.metrics.askedGauge(
      'prunella_budget_used_ratio',
      'How far the most used one of each budget is used; 1: all of it.',
      ['budget', 'per', 'unit'],
      async () => this.budgetUse.fullest(),
    );
    this.metrics.gauge(
      'prunella_policy_rejected',
      '1 when the policy file is broken, and the policy before is in force.',
      () => (policy.rejected === undefined ? 0 : 1),
    );
    return { d, approval, replies, timers, reviews, questions, quarantine };
  }

  private async fire(timer: Timer): ReturnType<typeof fire> {
    const { d, approval, reviews, questions } = await this.ready;
    const lapse = async (order: Order) => {
      await expire(order, approval);
      await questions.changed(order);
    };
    const { kind, order } = timer;
    return await continueTrace(order.traceparent, kind, {}, async (span) => {
      if (span.isRecorded) span.set({ ...incidentAttributes(order), ...runAttributes(order.run) });
      return await fire(timer, { ...d, reviews, expire: lapse });
    });
  }
}

/** Where the console shows an incident; undefined: only this machine could reach it. */
function linkFor(publicUrl: string, incidentId: string): string | undefined {
  const { hostname } = new URL(publicUrl);
  if (/^(?:localhost|127\..*|\[::1\])$/.test(hostname)) return undefined;
  return `${publicUrl.replace(/\/+$/, '')}/incidents/${encodeURIComponent(incidentId)}`;
}

/** Those of before it was kept what they are for are not shown. */
function breakerStates(entries: readonly { value: KeptBreaker }[]): Measured<'action_type' | 'platform'>[] {
  return entries.flatMap(({ value: { action, platform, openedAt } }) =>
    action === undefined || platform === undefined
      ? []
      : [{ labels: { action_type: action, platform }, value: openedAt === undefined ? 0 : 1 }],
  );
}
