import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@prunella/bus';
import type { Subject } from '@prunella/contracts';
import type { FakeRun } from '@prunella/testing';
import type { Fleet } from '../../support/fleet.ts';

/** Of more repositories than one budget or storm would ever see together. */
const REPOSITORIES = 200;
/** How many deliveries are under way at most, and how many chains are unfinished at most: more would only measure how long a queue can get. */
const DELIVERIES_AT_A_TIME = 16;
const UNFINISHED_AT_MOST = 200;
const DONE_WITHIN_MS = 90_000;

/** Webhooks of failed runs, and when the decision about each was recorded. Times in ms. */
export class Chains {
  private readonly sentAt = new Map<string, number>();
  private readonly doneAt = new Map<string, number>();
  private sent = 0;

  private readonly fleet: Fleet;

  private constructor(fleet: Fleet) {
    this.fleet = fleet;
  }

  /** Begins to listen for decisions. @param until what ends a chain, where not all services are there. */
  static follow(fleet: Fleet, bus: Bus, until: Subject = 'action.executed'): Chains {
    const chains = new Chains(fleet);
    // As it is published; a decision that is published again, through an election, counts when it was first.
    bus.nats.subscribe(until, {
      callback: (error, message) => {
        if (error !== null) return;
        const { data } = message.json<{ data: { run?: { runId?: string }; runId?: string } }>();
        const runId = data.run?.runId ?? data.runId ?? '';
        if (!chains.doneAt.has(runId)) chains.doneAt.set(runId, performance.now());
      },
    });
    return chains;
  }

  /** Sends as many as can be, and waits for all decisions. @returns how long both took. */
  async saturate(count: number): Promise<number> {
    const begun = performance.now();
    const ids: string[] = [];
    let left = count;
    const sender = async () => {
      while (left > 0) {
        left -= 1;
        while (this.sentAt.size - this.doneAt.size > UNFINISHED_AT_MOST) await sleep(5);
        ids.push(await this.send());
      }
    };
    await Promise.all(Array.from({ length: DELIVERIES_AT_A_TIME }, sender));
    await this.done(ids);
    return Math.max(...ids.map((id) => this.doneAt.get(id) ?? 0)) - begun;
  }

  /** Sends at a steady rate. @param onSent told after each, before the next. @returns how long each took from its webhook to its decision, sorted. */
  async steadily(perSecond: number, seconds: number): Promise<number[]> {
    const begin = performance.now();
    const sending: Promise<string>[] = [];
    for (let n = 0; n < perSecond * seconds; n += 1) {
      await sleep(Math.max(0, begin + (n * 1_000) / perSecond - performance.now()));
      sending.push(this.send());
    }
    const ids = await Promise.all(sending);
    await this.done(ids);
    return ids.map((id) => (this.doneAt.get(id) ?? 0) - (this.sentAt.get(id) ?? 0)).sort((a, b) => a - b);
  }

  /** The first decision after a moment, and all of those that were sent after it and before their decisions. */
  firstAfter(moment: number): number | undefined {
    const later = [...this.doneAt.values()].filter((at) => at > moment);
    return later.length === 0 ? undefined : Math.min(...later);
  }

  /** The longest time without a decision after a moment, until everything was decided. */
  longestGapAfter(moment: number): number {
    const times = [moment, ...[...this.doneAt.values()].filter((at) => at > moment).sort((a, b) => a - b)];
    return Math.max(0, ...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  }

  /** Webhooks that were accepted and never decided, and runs that were started again more than once. */
  faults(): { lost: number; doubled: number } {
    const { effects } = this.fleet.github;
    const lost = [...this.sentAt.keys()].filter((id) => !this.doneAt.has(id)).length;
    return { lost, doubled: effects.length - new Set(effects.map((effect) => effect.split(' ')[0])).size };
  }

  get count(): number {
    return this.sentAt.size;
  }

  private async send(): Promise<string> {
    const run: FakeRun = this.fleet.failedRun(this.sent++, REPOSITORIES);
    const id = String(run.id);
    this.sentAt.set(id, performance.now());
    const end = performance.now() + DONE_WITHIN_MS;
    // As GitHub does it: what was not taken is delivered again.
    while (!(await this.fleet.deliver(run, `delivery-${id}`))) {
      if (performance.now() > end)
        throw new Error(`the webhook of run ${id} was not taken within ${DONE_WITHIN_MS} ms`);
      await sleep(200);
    }
    return id;
  }

  private async done(ids: readonly string[]): Promise<void> {
    const end = performance.now() + DONE_WITHIN_MS;
    // What is not done by then is lost, and counted.
    while (performance.now() < end && !ids.every((id) => this.doneAt.has(id))) await sleep(20);
  }
}
