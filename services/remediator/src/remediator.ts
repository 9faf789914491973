import { randomUUID } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Bus, type Origin, withTrace } from '@prunella/bus';
import type { ActionApproved, DiagnosisMade, OutcomeObserved } from '@prunella/contracts';
import { systemClock } from '@prunella/core';
import { prometheusFromEnvironment } from '@prunella/metrics';
import { type Breaker, isRerun, type Policy, policyFile, type Recovery, type Storm } from '@prunella/policy';
import { ENVIRONMENT, Metrics, SettingsFile } from '@prunella/service-kit';
import { PinoLogger } from 'nestjs-pino';
import type { Claim } from './act/claims.ts';
import { Lineage } from './act/lineage.ts';
import { type Timer, Timers } from './act/timers.ts';
import { actionsFromEnvironment } from './actions/from-environment.ts';
import { type Answer, type ApproveDeps, expire, type Heard, hear } from './approve/approve.ts';
import { Breakers } from './decide/breakers.ts';
import type { Spent } from './decide/budget.ts';
import { forbids } from './decide/forbids.ts';
import { type Expenses, SpendingLedger } from './decide/ledger.ts';
import { hearOfWait, Recoveries } from './decide/recoveries.ts';
import { Storms } from './decide/storms.ts';
import type { RemediatorEnvironment } from './environment.ts';
import { type Order, orderKey } from './order.ts';
import { fire, type RemediateDeps, remediate, schedule } from './remediate.ts';
import { Reporter } from './report.ts';
import { byMetrics } from './verify/by-metrics.ts';

interface Wired {
  d: RemediateDeps;
  approval: ApproveDeps;
  timers: Timers;
  policy: SettingsFile<Policy>;
}

/** Wires the stages to NATS, the platforms and the clock. */
@Injectable()
export class Remediator implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ready: Promise<Wired>;

  constructor(
    private readonly bus: Bus,
    @Inject(ENVIRONMENT) private readonly environment: RemediatorEnvironment,
    private readonly logger: PinoLogger,
    private readonly metrics: Metrics,
  ) {
    this.ready = this.wire();
    // reported by onApplicationBootstrap
    this.ready.catch(() => undefined);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { timers } = await this.ready;
    await timers.start();
  }

  async onApplicationShutdown(): Promise<void> {
    // when the start itself failed there is nothing to stop
    const wired = await this.ready.catch(() => undefined);
    await wired?.timers.stop();
    wired?.policy.close();
  }

  async remediate(diagnosis: DiagnosisMade, traceparent: string | undefined): Promise<void> {
    const { d } = await this.ready;
    await remediate(diagnosis, traceparent, d);
  }

  async hear(approval: ActionApproved): Promise<Heard> {
    const { approval: d } = await this.ready;
    return await hear(approval, d);
  }

  /** An action that does not help is given a rest; what heals in a storm lets others follow. */
  async learn(outcome: OutcomeObserved): Promise<void> {
    const { d } = await this.ready;
    await d.breakers.hear(outcome, d.policy.breaker);
    await hearOfWait(outcome, d);
    if (isRerun(outcome.action) && outcome.fingerprint !== '') {
      const key = orderKey(outcome.incidentId, outcome.run.attempt);
      await d.storms.hear(outcome.fingerprint, key, outcome.outcome, d.policy.storm);
    }
  }

  private async wire(): Promise<Wired> {
    const { bus } = this;
    const reporter = new Reporter(bus);
    const timers = new Timers(await bus.bucket<Timer>('prunella_timers'), systemClock, (timer) => this.fire(timer), {
      failed: (timer, error, againAt) =>
        this.logger.warn({ timer, error, againAt }, 'timer failed, it will be tried again'),
    });
    const policy = await SettingsFile.open(
      { ...policyFile, path: this.environment.PRUNELLA_CONFIG },
      {
        reloaded: (file) => this.logger.info({ file }, 'the policy was read again and is in force'),
        kept: (file, problem) =>
          this.logger.error({ file, problem }, 'the policy file is broken: the one before stays in force'),
      },
    );
    const prometheus = prometheusFromEnvironment(this.environment as unknown as NodeJS.ProcessEnv);
    const d: RemediateDeps = {
      get policy() {
        return policy.current;
      },
      forbids: (order) => forbids(policy.current, order, systemClock.now()),
      breakers: new Breakers(await bus.bucket<Breaker>('prunella_breakers'), systemClock),
      storms: new Storms(await bus.bucket<Storm>('prunella_storms'), systemClock, Math.random),
      ledger: new SpendingLedger(await bus.bucket<Expenses>('prunella_spending'), systemClock),
      lineage: new Lineage(await bus.bucket<Origin>('prunella_lineage')),
      actions: actionsFromEnvironment(
        this.environment as unknown as NodeJS.ProcessEnv,
        this.environment.PRUNELLA_PUBLIC_URL,
        () => policy.current,
      ),
      decisions: await bus.bucket<Order>('prunella_decisions'),
      budgets: await bus.bucket<Spent>('prunella_budgets'),
      recoveries: new Recoveries(await bus.bucket<Recovery>('prunella_recovery')),
      claims: await bus.bucket<Claim>('prunella_claims'),
      clock: systemClock,
      random: Math.random,
      owner: randomUUID(),
      timers,
      reporter,
      verified: (order, proof, rolledOutAt, signal) =>
        byMetrics(order, proof, rolledOutAt, signal, {
          watches: policy.current.watches,
          prometheus,
          clock: systemClock,
        }),
    };
    const approval: ApproveDeps = {
      decisions: d.decisions,
      answers: await bus.bucket<Answer>('prunella_answers'),
      clock: systemClock,
      reporter,
      schedule: (order) => schedule(order, d),
    };
    this.metrics.gauge('prunella_timers_waiting', 'Actions and checks that wait for their time.', () => timers.size);
    this.metrics.gauge(
      'prunella_policy_rejected',
      '1 when the policy file is broken, and the policy before is in force.',
      () => (policy.rejected === undefined ? 0 : 1),
    );
    return { d, approval, timers, policy };
  }

  private async fire(timer: Timer): ReturnType<typeof fire> {
    const { d, approval } = await this.ready;
    return await withTrace(timer.order.traceparent, () =>
      fire(timer, { ...d, expire: (order) => expire(order, approval) }),
    );
  }
}
