import { type JsonBucket, type Scheduled, type TimerLog, type TimerOutcome, Timers } from '@prunella/bus';
import { type Clock, messageOf, type Notifier, ProviderError, type Reply } from '@prunella/core';
import type { Claim, ClaimResult } from '../act/claims.ts';
import { type Order, questionKey } from '../order.ts';
import { type Answers, standingText } from './approve.ts';
import { requestOf } from './reply.ts';

/** A message that can't be changed for so long stays as it is. */
const GIVE_UP_AFTER_MS = 2 * 3_600_000;
const CALL_TIMEOUT_MS = 8_000;
/** Longer than a call: two replicas at once could leave the older word standing. */
const LEASE_MS = 10_000;
const AGAIN_MS = 5_000;
/** What is approved is often done at once: that is one change of the message. */
const GATHER_MS = 500;

/** A question whose message is to be brought up to date. */
export interface Amendment extends Scheduled {
  /** Of the order that was asked for. */
  key: string;
  /** In ms since the epoch. */
  giveUpAt: number;
}

export interface QuestionsDeps {
  bucket: JsonBucket<Amendment>;
  decisions: JsonBucket<Order>;
  answers: JsonBucket<Answers>;
  claims: JsonBucket<Claim>;
  notifiers: readonly Notifier[];
  /** Where people reach the console. */
  publicUrl: string;
  clock: Clock;
  log: TimerLog & {
    /** It is given up. */
    stale(question: string, problem: string): void;
  };
}

/** What people were asked, as it stands: brought up to date in place where the notifier can do that, one replica at a time. */
export class Questions {
  private readonly timers: Timers<Amendment>;

  constructor(private readonly d: QuestionsDeps) {
    const { bucket, clock, log } = d;
    const fire = (amendment: Amendment) => this.amend(amendment);
    this.timers = new Timers({ bucket, clock, keyOf: ({ key }) => key, leaseMs: LEASE_MS, fire, log });
  }

  start(): Promise<void> {
    return this.timers.start();
  }

  stop(): Promise<void> {
    return this.timers.stop();
  }

  /** Something became of a question, or of what was asked: what people see is to say so. Survives a crash. */
  async changed({ verdict, key }: Pick<Order, 'verdict' | 'key'>): Promise<void> {
    const { notifiers, clock } = this.d;
    if (verdict !== 'asking' || notifiers.every(({ amend }) => amend === undefined)) return;
    const now = clock.now();
    await this.timers.nudge({ key, dueAt: now + GATHER_MS, giveUpAt: now + GIVE_UP_AFTER_MS, failures: 0 });
  }

  /** What is said follows from what is kept: however often and late, it is the newest. */
  private async amend({ key, giveUpAt }: Amendment): Promise<TimerOutcome<Amendment>> {
    const { d } = this;
    const [order, answers, claim] = await Promise.all([d.decisions.get(key), d.answers.get(key), d.claims.get(key)]);
    if (order === undefined || answers === undefined) return 'done';
    const reply = amendment(order.value, answers.value, claim?.value.result, d.publicUrl);
    if (reply === undefined) return 'done';
    try {
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      await Promise.all(d.notifiers.map((notifier) => notifier.amend?.(reply, signal)));
      return 'done';
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const againAt = d.clock.now() + (error.options.retryAfterMs ?? AGAIN_MS);
      if (error.retryable && againAt <= giveUpAt) return { againAt };
      d.log.stale(key, messageOf(error));
      return 'done';
    }
  }
}

/** What takes the place of a question; undefined: it stands as it was asked. Pure. @param result of what was asked; undefined: not carried out yet. */
export function amendment(
  order: Order,
  answers: Answers,
  result: ClaimResult | undefined,
  publicUrl: string,
): Required<Reply> | undefined {
  const standing = standingText(order, answers);
  if (standing === undefined) return undefined;
  const says = [standing, ...(answers.decided === 'approved' && result ? [becameText(result)] : [])].join(' ');
  const instead = requestOf(order, answers.decided === undefined, publicUrl);
  return { says, instead: { ...instead, key: questionKey(order) } };
}

function becameText({ status, effect, explanation }: ClaimResult): string {
  return status === 'executed' && effect !== '' ? `Prunella ${effect}.` : explanation;
}
