import type { DiagnosisMade, PipelineFailed } from '@prunella/contracts';
import { iso, PrunellaError, parseDuration } from '@prunella/core';
import { orderKey } from '@prunella/decision';
import type { Policy } from '@prunella/policy';
import { BoundedMap } from './bounded-map.ts';
import { Capabilities } from './capabilities.ts';
import { Heap } from './heap.ts';
import { type CaseReport, differs, type Judged, judge, reportOf } from './judged.ts';
import { NOBODY_RERAN, type PastCase } from './past-case.ts';
import { byTime, type PastEvent } from './past-event.ts';
import { type Recorded, RecordedDecisions } from './recorded.ts';
import type { BacktestReport, PolicyReport } from './report.ts';
import { Sums } from './tally.ts';
import { Truths } from './truths.ts';
import { World } from './world.ts';

/** So many events are read before one is played: for their order, and to know what was decided then. */
const AHEAD = 10_000;
const MOST_SEEN = 100_000;
const DAY_MS = parseDuration('1d') ?? 0;

/** A policy and how it is called in the report. */
export interface NamedPolicy {
  name: string;
  policy: Policy;
}

export interface BacktestOptions {
  policy: NamedPolicy;
  /** What it is compared with. Absent: nothing. */
  against?: NamedPolicy;
  /** Only failures that were diagnosed at or after this time are judged, in ms since the epoch. What came before fills the ledgers. */
  from?: number;
  /** Only those before this time; what comes later still shows what became of them. */
  to?: number;
  /** For so long after a failure a rerun says something about it, in ms. Default: a day. */
  judgeWithinMs?: number;
  /** At most so many cases stand in each list of the report. Default: 200. */
  cases?: number;
  /** Diagnoses a failure that has no diagnosis. Absent, or undefined for one: it is counted and left out. */
  diagnose?(failed: PipelineFailed, at: number): DiagnosisMade | undefined | Promise<DiagnosisMade | undefined>;
  /** Hears of every failure once it is judged, in the order of time. */
  onCase?(report: CaseReport): void;
  /** Hears now and then how many events were played, and until when, in ms since the epoch. */
  onProgress?(events: number, at: number): void | Promise<void>;
  signal?: AbortSignal;
}

/** The events of a source come so late that their order can't be mended. */
export class OutOfOrderError extends PrunellaError {
  override readonly name = 'OutOfOrderError';
}

/**
 * Plays the past with one or two policies, in one pass and bounded memory. The decisions are made by the code that the remediator runs (`@prunella/decision`,
 * `@prunella/policy`). The same events give the same report, whatever the order of those that happened at the same time.
 *
 * @param source events roughly in the order of time: at most 10,000 may stand between one and its place.
 * @throws OutOfOrderError naming the event that comes too late.
 */
export async function backtest(
  source: AsyncIterable<PastEvent> | Iterable<PastEvent>,
  options: BacktestOptions,
): Promise<BacktestReport> {
  return await new Backtest(options).run(source);
}

class Backtest {
  private readonly waiting = new Heap<PastEvent>(byTime);
  private readonly seen = new BoundedMap<string, true>(MOST_SEEN);
  private readonly recorded = new RecordedDecisions();
  private readonly truths = new Truths();
  private readonly capabilities = new Capabilities();
  /** Keys of failures that have a diagnosis, as far as was read. */
  private readonly diagnosed = new BoundedMap<string, true>(MOST_SEEN);
  private readonly open = new Map<string, PastCase>();
  private readonly sides: { named: NamedPolicy; world: World; sums: Sums }[];
  private readonly judgeWithinMs: number;
  private readonly mostCases: number;
  private readonly falseHeals: CaseReport[] = [];
  private readonly changed: CaseReport[] = [];
  private readonly history = {
    events: 0,
    failures: 0,
    diagnosed: 0,
    diagnosedNow: 0,
    undiagnosed: 0,
    capabilityAssumed: 0,
  };
  private readonly truth = { passes: 0, fails: 0, defect: 0, unknown: 0 };
  private differences = 0;
  private firstAt: number | undefined;
  private now = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: BacktestOptions) {
    const { policy, against, judgeWithinMs = DAY_MS, cases = 200 } = options;
    this.judgeWithinMs = judgeWithinMs;
    this.mostCases = cases;
    this.sides = [policy, ...(against === undefined ? [] : [against])].map((named) => ({
      named,
      world: new World(named.policy, this.capabilities),
      sums: new Sums(),
    }));
  }

  async run(source: AsyncIterable<PastEvent> | Iterable<PastEvent>): Promise<BacktestReport> {
    for await (const event of source) {
      this.read(event);
      if (this.waiting.size > AHEAD) await this.playNext();
    }
    while (this.waiting.size > 0) await this.playNext();
    await this.finish();
    return this.report();
  }

  private read(event: PastEvent): void {
    if (this.seen.has(event.id)) return;
    this.seen.set(event.id, true);
    if (event.at < this.now) throw outOfOrder(event, this.now);
    this.recorded.read(event);
    if (event.subject === 'diagnosis.made') {
      this.diagnosed.set(orderKey(event.data.incidentId, event.data.run.attempt), true);
    }
    this.waiting.push(event);
  }

  private async playNext(): Promise<void> {
    const event = this.waiting.pop();
    if (event === undefined) return;
    this.options.signal?.throwIfAborted();
    await this.moveTo(event.at);
    this.history.events += 1;
    if (this.history.events % 1_000 === 0) await this.options.onProgress?.(this.history.events, event.at);
    await this.play(event);
  }

  private async play(event: PastEvent): Promise<void> {
    switch (event.subject) {
      case 'pipeline.started':
      case 'pipeline.finished':
      case 'pipeline.failed':
        for (const one of this.truths.hear(event)) for (const { world } of this.sides) await world.settled(one);
        if (event.subject === 'pipeline.failed') await this.failed(event);
        return;
      case 'diagnosis.made':
        this.history.diagnosed += 1;
        return await this.diagnose(event.data, event.at);
      case 'outcome.observed': {
        const one = this.open.get(orderKey(event.data.incidentId, event.data.run.attempt));
        if (one !== undefined) one.outcome = event.data;
        for (const { world } of this.sides) await world.observed(event.data);
        return;
      }
      case 'breaker.closed':
        for (const { world } of this.sides) await world.breakerClosed(event.data);
        return;
      case 'dependency.changed':
        for (const { world } of this.sides) world.dependencyChanged(event.data);
    }
  }

  /** A failure that has no diagnosis is diagnosed as far as its event goes. */
  private async failed({ data, at }: PastEvent<'pipeline.failed'>): Promise<void> {
    this.history.failures += 1;
    const key = orderKey(data.incidentId, data.attempt);
    if (this.diagnosed.has(key)) return;
    const diagnosis = await this.options.diagnose?.(data, at);
    if (diagnosis === undefined) {
      this.history.undiagnosed += 1;
      return;
    }
    this.diagnosed.set(key, true);
    this.history.diagnosedNow += 1;
    await this.diagnose(diagnosis, at);
  }

  private async diagnose(diagnosis: DiagnosisMade, at: number): Promise<void> {
    const key = orderKey(diagnosis.incidentId, diagnosis.run.attempt);
    // A later word about the same attempt is not decided about, here as there.
    if (this.open.has(key)) return;
    for (const one of this.truths.diagnosed(diagnosis)) for (const { world } of this.sides) await world.settled(one);
    const { recorded, truths } = this;
    const lastedMs = truths.lastedMs(key) ?? recordedMs(recorded.of(key));
    const one: PastCase = {
      ...{ key, diagnosis, at, truth: NOBODY_RERAN, overtaken: false },
      ...(lastedMs !== undefined && { lastedMs }),
      // More may be read of it later.
      get recorded() {
        return recorded.of(key);
      },
    };
    if (!this.capabilities.learn(one)) this.history.capabilityAssumed += 1;
    this.open.set(key, one);
    truths.open(one);
    for (const { world } of this.sides) await world.decide(one);
  }

  /** Everything up to a time: what is due, and the end of what can't be told any more. */
  private async moveTo(at: number): Promise<void> {
    this.firstAt ??= at;
    for (const one of this.open.values()) {
      const endsAt = one.at + this.judgeWithinMs;
      if (endsAt > at) break;
      for (const { world } of this.sides) await world.advance(endsAt);
      await this.close(one);
    }
    for (const { world } of this.sides) await world.advance(at);
    this.now = at;
  }

  private async finish(): Promise<void> {
    const last = [...this.open.values()].at(-1);
    if (last !== undefined) {
      const now = this.now;
      await this.moveTo(last.at + this.judgeWithinMs);
      this.now = now;
    }
  }

  private async close(one: PastCase): Promise<void> {
    this.open.delete(one.key);
    this.truths.close(one);
    const plays = [];
    for (const { world } of this.sides) plays.push(await world.close(one));
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = this.options;
    if (one.at >= from && one.at < to) {
      const judged = plays.map((play) => (play === undefined ? undefined : judge(play)));
      const [policy, against] = judged;
      if (policy !== undefined) {
        this.truth[one.truth.kind] += 1;
        for (const [index, side] of this.sides.entries()) {
          const own = judged[index];
          if (own !== undefined) side.sums.add(one, own);
        }
        this.note(one, policy, against);
      }
    }
    this.recorded.forget(one.key);
  }

  private note(one: PastCase, policy: Judged, against: Judged | undefined): void {
    const isFalse = policy.result === 'false-heal' && this.falseHeals.length < this.mostCases;
    const isChanged = against !== undefined && differs(policy, against);
    if (isChanged) this.differences += 1;
    const isShown = isChanged && this.changed.length < this.mostCases;
    if (!isFalse && !isShown && this.options.onCase === undefined) return;
    const report = reportOf(one, policy, against);
    if (isFalse) this.falseHeals.push(report);
    if (isShown) this.changed.push(report);
    this.options.onCase?.(report);
  }

  private report(): BacktestReport {
    const [policy, against] = this.sides.map(({ named, sums }): PolicyReport => {
      const { totals, causes, repositories, actions } = sums;
      return { name: named.name, currency: named.policy.costs.currency, totals, causes, repositories, actions };
    });
    const { from, to } = this.options;
    return {
      version: 1,
      history: {
        from: from !== undefined ? iso(from) : this.firstAt === undefined ? null : iso(this.firstAt),
        to: to !== undefined ? iso(to) : Number.isFinite(this.now) ? iso(this.now) : null,
        ...this.history,
        judgeWithinMs: this.judgeWithinMs,
      },
      truth: { ...this.truth },
      policy: policy as PolicyReport,
      ...(against !== undefined && { against, changed: this.differences, changedCases: this.changed }),
      falseHeals: this.falseHeals,
    };
  }
}

/** What a rerun was expected to last is what the failed attempt took. */
function recordedMs(recorded: Recorded | undefined): number | undefined {
  return recorded?.minutes === undefined || recorded.minutes === 0 ? undefined : recorded.minutes * 60_000;
}

function outOfOrder({ place, at, id }: PastEvent, now: number): OutOfOrderError {
  return new OutOfOrderError(
    `${place ?? id}: expected events in the order of time, found one of ${iso(at)} more than ${AHEAD} events behind one of ${iso(now)}: sort them by time`,
  );
}
