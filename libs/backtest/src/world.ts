import type { BreakerClosed, DependencyChanged, Outcome, OutcomeObserved } from '@prunella/contracts';
import { iso, type Random, seededRandom, stableFraction } from '@prunella/core';
import {
  askDependencies,
  askStorm,
  Breakers,
  decideOnce,
  type Expenses,
  forbids,
  GIVE_UP_AFTER_MS,
  hearOutcome,
  mayWait,
  noteFailure,
  type Order,
  orderKey,
  Recoveries,
  SpendingLedger,
  type Spent,
  Storms,
  stormPlace,
} from '@prunella/decision';
import {
  type Cost,
  costOf,
  isRerun,
  isSpaced,
  type KeptBreaker,
  noStorm,
  type Policy,
  type Recovery,
  type Storm,
  askStorm as wordOfStorm,
} from '@prunella/policy';
import type { Capabilities } from './capabilities.ts';
import { Heap } from './heap.ts';
import { MemoryRecords } from './memory-records.ts';
import type { PastCase } from './past-case.ts';

/** Of each kind of what is remembered beyond a case, at most so many: production's buckets forget as well. */
const MOST_KEPT = 100_000;

/** What one policy makes of one failure. */
export interface Play {
  case: PastCase;
  /** Absent: it was never decided, as the failure would not have happened. */
  order?: Order;
  /** Why nothing came of an order to act, or of the failure itself. */
  says?: string;
  /** `absent`: the failure would not have happened; `superseded`: it was not worth doing any more; `withheld`: something was in its way for too long. */
  ended?: 'absent' | 'superseded' | 'withheld';
  /** When the action would have had its effect, in ms since the epoch; absent: it had none. */
  begunAt?: number;
  /** What it would have cost. */
  cost?: Cost;
  /** Whether the ledgers know what became of it. */
  heard: boolean;
  /** Where the storm is kept that it may have to wait for; absent: it was not asked yet. */
  stormPlace?: string;
}

interface Due {
  at: number;
  key: string;
  giveUpAt: number;
  waited: boolean;
  heldSince?: number;
  /** It was really done then: nothing was in its way. */
  recorded: boolean;
}

/**
 * The remediator with one policy, played in the past: the same decisions by the same code over ledgers in memory, with a clock that stands where the past is.
 * Nothing is done; what would be done is judged by what became of the failure.
 */
export class World {
  private readonly plays = new Map<string, Play>();
  private readonly due = new Heap<Due>((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
  private readonly dependencies = new Map<string, DependencyChanged>();
  /** Dependencies that may stand in the way of a rerun now. */
  private troubles = 0;
  private readonly decisions = new MemoryRecords<Order>(MOST_KEPT);
  private readonly budgets = new MemoryRecords<Spent>(MOST_KEPT);
  private readonly clock = { now: () => this.now };
  private now = 0;
  private seed = '';
  /** Absent: nobody has asked since the seed was set. */
  private dice: Random | undefined;
  private readonly random: Random = () => {
    this.dice ??= seededRandom(Math.floor(stableFraction('backtest', this.seed) * 2 ** 32));
    return this.dice();
  };
  private readonly ledger = new SpendingLedger(new MemoryRecords<Expenses>(MOST_KEPT), this.clock);
  private readonly breakers = new Breakers(new MemoryRecords<KeptBreaker>(MOST_KEPT), this.clock);
  private readonly keptStorms = new MemoryRecords<Storm>(MOST_KEPT);
  private readonly storms = new Storms(this.keptStorms, this.clock, this.random);
  private readonly recoveries = new Recoveries(new MemoryRecords<Recovery>(MOST_KEPT));

  constructor(
    readonly policy: Policy,
    private readonly capabilities: Capabilities,
  ) {}

  /** Does what is due until a time, in ms since the epoch. */
  async advance(to: number): Promise<void> {
    for (let next = this.due.peek(); next !== undefined && next.at <= to; next = this.due.peek()) {
      this.due.pop();
      this.now = next.at;
      if (!this.staysParked(next)) await this.fire(next);
    }
    this.now = Math.max(this.now, to);
  }

  /** Decides about a failure as the remediator would have then. */
  async decide(one: PastCase): Promise<void> {
    const { diagnosis, key } = one;
    const before = this.plays.get(orderKey(diagnosis.incidentId, diagnosis.run.attempt - 1));
    if (before !== undefined && !this.leadsOn(before)) {
      const says = `attempt ${diagnosis.run.attempt} was begun by ${before.case.recorded?.action ?? 'an action'} of Prunella, which this policy does not take`;
      this.plays.set(key, { case: one, ended: 'absent', says, heard: true });
      return;
    }
    this.throwDice(key);
    const { policy, breakers, ledger, recoveries, decisions, budgets, clock, random, storms } = this;
    const target = {
      pinned: async (pinned: typeof diagnosis) => ({ pinned, unsupported: this.capabilities.against(pinned) }),
      lastedMs: async () => one.lastedMs,
    };
    const order = await decideOnce(diagnosis, undefined, {
      ...{ policy, breakers, ledger, recoveries, decisions, budgets, clock, random },
      ...{ target, originOf: async () => undefined },
    });
    await noteFailure(diagnosis, { storms, policy });
    this.plays.set(key, { case: one, order, heard: false });
    const { recorded } = one;
    const doneAt = recorded?.action === order.action.type ? recorded.executedAt : undefined;
    if (order.verdict === 'acting' || (order.verdict === 'asking' && doneAt !== undefined)) {
      const at = Math.max(doneAt ?? order.dueAt, this.now);
      const giveUpAt = order.dueAt + GIVE_UP_AFTER_MS;
      this.due.push({ at, key, giveUpAt, waited: false, recorded: doneAt !== undefined });
    }
  }

  /** What became of a failure is known. */
  async settled({ key }: PastCase): Promise<void> {
    const play = this.plays.get(key);
    if (play !== undefined) await this.hearTruth(play);
  }

  /** What was really observed of an action, which counts where this policy takes the same one. */
  async observed(outcome: OutcomeObserved): Promise<void> {
    const play = this.plays.get(orderKey(outcome.incidentId, outcome.run.attempt));
    if (play?.begunAt === undefined || play.order?.action.type !== outcome.action) return;
    if (play.heard && outcome.reverses === '') return;
    await this.hear(play, outcome);
  }

  async breakerClosed(closed: BreakerClosed): Promise<void> {
    await this.breakers.close(closed);
  }

  dependencyChanged(changed: DependencyChanged): void {
    this.dependencies.set(changed.name, changed);
    this.troubles = [...this.dependencies.values()].filter(
      ({ state }) => state === 'down' || state === 'suspected',
    ).length;
  }

  /** Nothing more will be heard of a failure. @returns what the policy made of it; undefined: it was never decided. */
  async close({ key }: PastCase): Promise<Play | undefined> {
    const play = this.plays.get(key);
    if (play?.begunAt !== undefined && !play.heard) await this.hear(play, this.outcomeOf(play, 'inconclusive'));
    this.plays.delete(key);
    this.decisions.forget(key);
    return play;
  }

  /** Whether the next attempt, which really came, would have come under this policy. */
  private leadsOn({ case: { recorded, diagnosis }, ended, order }: Play): boolean {
    if (ended === 'absent') return false;
    // Only a run is begun again by us; the next trouble of a deployment comes by itself.
    if (recorded?.executedAt === undefined || !isRerun(recorded.action) || diagnosis.run.kind !== 'run') return true;
    return order?.verdict === 'acting' || (order?.verdict === 'asking' && order.action.type === recorded.action);
  }

  /**
   * In a storm hundreds of reruns ask twice a minute for two hours, a million questions to which the answer is nearly always to ask again. One that leaves
   * everything as it was is answered without the ledger. False: it is asked in the usual way, by the same dice.
   */
  private staysParked(due: Due): boolean {
    const { key, at, giveUpAt, waited, heldSince, recorded } = due;
    const play = this.plays.get(key);
    if (!waited || recorded || heldSince !== undefined || this.troubles > 0 || play?.order === undefined) return false;
    if (!mayWait(play.order)) return false;
    play.stormPlace ??= stormPlace(play.order.fingerprint);
    const before = this.keptStorms.peek(play.stormPlace) ?? noStorm;
    this.throwDice(`${key} ${at}`);
    const { storm, word } = wordOfStorm(before, { key, waited }, this.policy.storm, at, this.random);
    if (storm !== before || !word.parked || at + word.afterMs > giveUpAt) return false;
    this.due.push({ ...due, at: at + word.afterMs });
    return true;
  }

  private async fire(due: Due): Promise<void> {
    const play = this.plays.get(due.key);
    const order = play?.order;
    if (play === undefined || order === undefined) return;
    this.throwDice(`${due.key} ${due.at}`);
    if (due.recorded) {
      // It takes its place among those that are tried, whatever a storm would say now.
      if (mayWait(order)) await this.storms.ask(order, false, this.policy.storm);
      return await this.begin(play, order);
    }
    const held = await askDependencies(order, due.heldSince, {
      ...this.about(),
      standing: (one) => this.standing(one.name),
    });
    if (held?.kind === 'give-up') return await this.end(play, 'withheld', held.says);
    if (held?.kind === 'wait') {
      const at = this.now + held.afterMs;
      const heldSince = due.heldSince ?? this.now;
      return this.due.push({ ...due, at, heldSince, giveUpAt: at + GIVE_UP_AFTER_MS, waited: true });
    }
    if (mayWait(order)) {
      const word = await askStorm(order, due, { ...this.about(), storms: this.storms });
      if (word.kind === 'give-up') return await this.end(play, 'withheld', word.explanation);
      if (word.kind === 'wait') return this.due.push({ ...due, at: word.againAt, waited: true });
    }
    const forbidden = forbids(this.policy, order, this.now);
    if (forbidden !== undefined) return await this.end(play, 'superseded', `the policy changed its mind: ${forbidden}`);
    if (play.case.overtaken && isRerun(order.action.type)) {
      return await this.end(play, 'superseded', 'somebody else had run it again by then');
    }
    await this.begin(play, order);
  }

  private async begin(play: Play, { action, run, cause }: Order): Promise<void> {
    const { lastedMs, outcome, truth } = play.case;
    play.begunAt = this.now;
    play.cost = costOf(this.policy.costs, { run, cause, action: action.type }, lastedMs);
    if (outcome !== undefined) await this.observed(outcome);
    else if (truth.kind !== 'unknown') await this.hearTruth(play);
  }

  private async end(play: Play, ended: 'superseded' | 'withheld', says: string): Promise<void> {
    Object.assign(play, { ended, says });
    const { order } = play;
    // Its place in a storm is for the next one.
    if (order !== undefined && mayWait(order))
      await this.storms.hear(order.fingerprint, order.key, undefined, this.policy.storm);
  }

  private async hearTruth(play: Play): Promise<void> {
    const { order, begunAt, heard, case: one } = play;
    if (begunAt === undefined || order === undefined || heard || !isSpaced(order.action.type)) return;
    // Where it was really done, what was really observed of it is waited for.
    if (one.recorded?.executedAt !== undefined && one.recorded.action === order.action.type) return;
    const words = { passes: 'healed', fails: 'ineffective', defect: 'inconclusive', unknown: 'inconclusive' } as const;
    await this.hear(play, this.outcomeOf(play, words[one.truth.kind]));
  }

  private async hear(play: Play, outcome: OutcomeObserved): Promise<void> {
    play.heard = true;
    const begunAt = async (key: string) => this.plays.get(key)?.begunAt;
    const { breakers, recoveries, storms, decisions, policy } = this;
    await hearOutcome(outcome, { breakers, recoveries, storms, decisions, policy, begunAt });
  }

  private outcomeOf({ case: { diagnosis, truth }, order }: Play, outcome: Outcome): OutcomeObserved {
    const { incidentId, run, decidedBy, fingerprint, prior } = diagnosis;
    return {
      ...{ incidentId, run, decidedBy, fingerprint, prior, outcome },
      action: order?.action.type ?? diagnosis.action.type,
      reason: truth.says,
      observedAt: iso(this.now),
      evidenceEventIds: [],
      reverses: '',
    };
  }

  private async standing(name: string) {
    const known = this.dependencies.get(name);
    if (known === undefined) return { state: 'unknown' as const, since: this.now, reason: 'nothing is known of it' };
    return { state: known.state, since: Date.parse(known.since), reason: known.reason };
  }

  private about() {
    const { policy, clock, random } = this;
    return { policy, clock, random };
  }

  /** Chance is the same for the same order, under any policy: else two policies would differ by luck. */
  private throwDice(seed: string): void {
    this.seed = seed;
    this.dice = undefined;
  }
}
