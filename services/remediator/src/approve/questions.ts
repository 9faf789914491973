import type { JsonBucket } from '@prunella/bus';
import { type Clock, messageOf, type Notifier, ProviderError, type Reply } from '@prunella/core';
import type { Claim, ClaimResult } from '../act/claims.ts';
import type { Fired, Timer, Timers } from '../act/timers.ts';
import { type Order, questionKey } from '../order.ts';
import { type Answers, standingText } from './approve.ts';
import { requestOf } from './reply.ts';

/** A message that can't be changed for so long stays as it is. */
const GIVE_UP_AFTER_MS = 2 * 3_600_000;
const CALL_TIMEOUT_MS = 20_000;
const AGAIN_MS = 5_000;

export interface QuestionsDeps {
  decisions: JsonBucket<Order>;
  answers: JsonBucket<Answers>;
  claims: JsonBucket<Claim>;
  timers: Pick<Timers, 'nudge'>;
  notifiers: readonly Notifier[];
  publicUrl: string;
  clock: Clock;
  log: { stale(question: string, problem: string): void };
}

/** What people were asked, as it stands: brought up to date in place where the notifier can do that. */
export class Questions {
  constructor(private readonly d: QuestionsDeps) {}

  /** Something became of a question, or of what was asked: what people see is to say so. Survives a crash. */
  async changed(order: Order): Promise<void> {
    const { notifiers, clock, timers } = this.d;
    if (order.verdict !== 'asking' || notifiers.every(({ amend }) => amend === undefined)) return;
    const now = clock.now();
    await timers.nudge({ kind: 'amend', dueAt: now, giveUpAt: now + GIVE_UP_AFTER_MS, order, failures: 0 });
  }

  /** Brings one up to date. What is said follows from what is kept: whoever comes last says the newest. */
  async amend({ order: { key }, giveUpAt }: Timer): Promise<Fired> {
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
