import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../store/percentile.ts';
import { atRate, type Pace } from '../webhooks/pace.ts';
import type { Chain } from './chain.ts';

/** How many deliveries are under way at most, and how many chains are unfinished at most: more would only measure how long a queue can get. */
const DELIVERIES_AT_A_TIME = 32;
const UNFINISHED_AT_MOST = 200;
const DONE_WITHIN_MS = 60_000;
/** A rate is given up when so many seconds' worth of it are unfinished, and was not kept up with when half a second's worth is at the end. */
const GIVEN_UP_S = 2;
const KEPT_UP_S = 0.5;

/** How a chain took a steady rate. Times in ms, from when each failure was due to its decision. */
export interface Steady {
  perSecond: number;
  /** How long it was tried for, in seconds. */
  seconds: number;
  sent: number;
  /** Whether it kept up. Where it did not, times say nothing but how long it was tried for, and there are none. */
  sustained: boolean;
  /** Unfinished when the last was sent. */
  unfinished: number;
  refused: number;
  senderBehind: number;
  p50?: number;
  p99?: number;
  longest?: number;
}

/** Sends failures into a chain and knows when each was decided. Their numbers go on from one call to the next. */
export class Followed {
  private readonly doneAt = new Map<number, number>();
  private readonly waiting: (() => void)[] = [];
  private readonly chain: Chain;
  private next = 0;
  /** Sent or being sent, neither decided nor refused. */
  private unfinished = 0;
  private refused = 0;

  constructor(chain: Chain) {
    this.chain = chain;
    chain.follow((n) => {
      // A decision that is published again counts when it was first.
      if (this.doneAt.has(n)) return;
      this.doneAt.set(n, performance.now());
      this.unfinished -= 1;
      this.waiting.shift()?.();
    });
  }

  /** Sends so many as fast as they are taken, and waits for all decisions. @returns chains a second. */
  async saturate(count: number): Promise<number> {
    const begun = performance.now();
    const from = this.next;
    const sender = async () => {
      while (this.next < from + count) {
        const n = this.next++;
        while (this.unfinished >= UNFINISHED_AT_MOST) await new Promise<void>((go) => this.waiting.push(go));
        this.unfinished += 1;
        await this.chain.send(n);
      }
    };
    await Promise.all(Array.from({ length: DELIVERIES_AT_A_TIME }, sender));
    await this.allDone();
    return (count * 1_000) / (Math.max(...this.decidedAt(from, count)) - begun);
  }

  /** Sends at a steady rate, whether or not the chain keeps up; gives up early where it clearly does not. */
  async steadily({ perSecond, seconds }: Pace): Promise<Steady> {
    const [from, refusedBefore, begun] = [this.next, this.refused, performance.now()];
    const due: number[] = [];
    const sending: Promise<void>[] = [];
    const { sent, senderBehind } = await atRate({ perSecond, seconds }, (n, dueAt) => {
      due.push(dueAt);
      this.unfinished += 1;
      sending.push(this.chain.send(from + n).catch(() => this.refuse()));
      return this.unfinished <= GIVEN_UP_S * perSecond;
    });
    this.next = from + sent;
    const tookS = (performance.now() - begun) / 1_000;
    const { unfinished } = this;
    await Promise.all(sending);
    await this.allDone();
    const refused = this.refused - refusedBefore;
    const sustained = refused === 0 && sent === perSecond * seconds && unfinished <= KEPT_UP_S * perSecond;
    const common = { perSecond, seconds: tookS, sent, sustained, unfinished, refused, senderBehind };
    if (!sustained) return common;
    const times = this.decidedAt(from, sent).map((at, n) => at - (due[n] ?? 0));
    return { ...common, p50: percentile(times, 0.5), p99: percentile(times, 0.99), longest: Math.max(...times) };
  }

  private refuse(): void {
    this.refused += 1;
    this.unfinished -= 1;
  }

  private decidedAt(from: number, count: number): number[] {
    return Array.from({ length: count }, (_, n) => this.doneAt.get(from + n) ?? Number.NaN);
  }

  /** @throws Error when decisions are missing after a minute: a benchmark that loses chains measures nothing. */
  private async allDone(): Promise<void> {
    const end = performance.now() + DONE_WITHIN_MS;
    while (this.unfinished > 0) {
      if (performance.now() > end)
        throw new Error(`expected all decisions within ${DONE_WITHIN_MS} ms, ${this.unfinished} are missing`);
      await sleep(5);
    }
  }
}
