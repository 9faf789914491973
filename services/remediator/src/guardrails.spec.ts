import { Bus, EVENTS, type Origin } from '@prunella/bus';
import type { CiPlatform } from '@prunella/ci';
import {
  type ActionApproved,
  type ActionExecuted,
  type DependencyState,
  type DiagnosisMade,
  modes,
  readMessage,
} from '@prunella/contracts';
import { type Clock, ProviderError, type RunState, UnreachableError } from '@prunella/core';
import { Breakers, type Expenses, forbids, Recoveries, SpendingLedger, type Spent, Storms } from '@prunella/decision';
import { type KeptBreaker, parsePolicy, type Recovery, type Storm } from '@prunella/policy';
import { startTestNats, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import type { Claim } from './act/claims.ts';
import { Lineage } from './act/lineage.ts';
import type { Timer, Timers } from './act/timers.ts';
import type { Proof } from './actions/action.ts';
import { Actions } from './actions/index.ts';
import { notifyHuman } from './actions/notify-human/notify-human.ts';
import { retry } from './actions/retry/retry.ts';
import { type Answers, type ApproveDeps, expire, hear } from './approve/approve.ts';
import { fire } from './fire.ts';
import { type Order, orderKey } from './order.ts';
import { remediate, schedule } from './remediate.ts';
import type { RemediateDeps } from './remediate-deps.ts';
import { Reporter } from './report.ts';
import { tellExpired } from './tell/notes.ts';

/**
 * What must hold whatever comes in which order, how often and how late, and wherever a replica dies: at most one effect for each decision, no
 * limit is passed, nothing is done where the mode does not let it, and everything that was diagnosed comes to an end that is told.
 */

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

let server: TestServer;
let bus: Bus;
let cases = 0;

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
});

afterAll(async () => {
  await bus.close();
  await server.stop();
});

/** A failure of one attempt of one run. */
interface Failure {
  run: number;
  attempt: number;
}

type Step =
  | ({ kind: 'diagnosis' } & Failure)
  | ({ kind: 'answer'; approved: boolean } & Failure)
  | { kind: 'dependency'; state: DependencyState }
  | { kind: 'minutes pass'; minutes: number };

interface Plan {
  mode: (typeof modes)[number];
  attempts: number;
  /** Actions of the repository within a day. */
  budget: number;
  /** Runner minutes of it; a rerun costs five. */
  minutes: number;
  storm: number;
  /** Of these runs the failure is in the code. */
  inTheCode: readonly number[];
  /** The failures of these name a dependency. */
  naming: readonly number[];
  steps: readonly Step[];
  /** What goes wrong next, at each call that may: nothing, before the effect, after it, or a no. */
  mishaps: readonly Mishap[];
}

type Mishap = 'none' | 'before' | 'after' | 'no';

const failure = { run: fc.nat(3), attempt: fc.integer({ min: 1, max: 3 }) };
const diagnosis = fc.record({ kind: fc.constant('diagnosis' as const), ...failure });
const answer = fc.record({ kind: fc.constant('answer' as const), approved: fc.boolean(), ...failure });
const pause = fc.record({ kind: fc.constant('minutes pass' as const), minutes: fc.nat(30) });

const turn = fc.record({
  kind: fc.constant('dependency' as const),
  state: fc.constantFrom<DependencyState>('up', 'down', 'down', 'suspected', 'unknown'),
});

const plans: fc.Arbitrary<Plan> = fc.record({
  mode: fc.constantFrom(...modes, 'act', 'act'),
  attempts: fc.integer({ min: 1, max: 3 }),
  budget: fc.nat(6),
  minutes: fc.nat(40),
  storm: fc.constantFrom(2, 3, 1_000),
  inTheCode: fc.uniqueArray(fc.nat(3), { maxLength: 1 }),
  naming: fc.uniqueArray(fc.nat(3), { maxLength: 2 }),
  steps: fc.array(fc.oneof({ weight: 4, arbitrary: diagnosis }, answer, pause, turn), { minLength: 1, maxLength: 24 }),
  mishaps: fc.array(fc.constantFrom<Mishap>('none', 'none', 'none', 'none', 'none', 'none', 'before', 'after', 'no'), {
    maxLength: 60,
  }),
});

it('hold for any order, duplication, delay and crash', async () => {
  await fc.assert(
    fc.asyncProperty(plans, async (plan) => {
      const world = await worldOf(plan);
      for (const step of plan.steps) await world.take(step);
      await world.end();
      const { effects, executed } = world;
      const diagnosed = new Set(
        plan.steps.flatMap((step) =>
          step.kind === 'diagnosis' ? [orderKey(world.incidentOf(step.run), step.attempt)] : [],
        ),
      );

      // one effect for each decision, and no decision without an end that is told once
      expect(new Set(effects.map(({ key }) => key)).size).toBe(effects.length);
      const ends = (await executed()).filter(({ incidentId }) => world.isOurs(incidentId));
      expect(new Set(ends.map(({ key }) => key))).toEqual(diagnosed);
      expect(ends).toHaveLength(diagnosed.size);
      for (const { key } of effects) {
        expect(ends.find((end) => end.key === key)).toMatchObject({ status: 'executed', verdict: expect.any(String) });
      }

      // no limit is passed
      expect(effects.length).toBeLessThanOrEqual(plan.budget);
      expect(effects.length * 5).toBeLessThanOrEqual(plan.minutes);
      for (const run of [0, 1, 2, 3]) {
        expect(effects.filter((effect) => effect.run === run).length).toBeLessThanOrEqual(plan.attempts);
      }

      // nothing is done that the mode, the cause or a human does not let
      if (plan.mode === 'observe' || plan.mode === 'recommend') expect(effects).toEqual([]);
      if (plan.mode === 'approve') for (const { key } of effects) expect(world.approved).toContain(key);
      for (const { run } of effects) expect(plan.inTheCode).not.toContain(run);
      expect(world.notesInObserve).toBe(0);

      // nothing is run again while what it failed because of is not there
      for (const { run, dependency } of effects) {
        if (plan.naming.includes(run)) expect(['up', 'unknown']).toContain(dependency);
      }
    }),
    { numRuns: 40 },
  );
}, 120_000);

/** The platform below has no reviews, so none is ever due. */
const reviews = {
  write(): Promise<never> {
    throw new Error('a review was due on a platform without reviews');
  },
};

/** A CI platform, two replicas of the remediator on one NATS, and a clock that is moved by hand. */
async function worldOf(plan: Plan) {
  const id = `case${++cases}`;
  let time = START;
  let turns = 0;
  let notesInObserve = 0;
  const clock: Clock = { now: () => time };
  const mishaps = [...plan.mishaps];
  const mishap = (): Mishap => mishaps.shift() ?? 'none';
  const attempts = new Map<number, number>();
  const effects: (Failure & { key: string; dependency: DependencyState })[] = [];
  let dependency: DependencyState = 'unknown';
  const approved = new Set<string>();
  const incidentOf = (run: number) => `${id}_${run}`;

  const platform: CiPlatform = {
    id,
    reader: {
      platform: id,
      async state({ runId }): Promise<RunState> {
        const attempt = attempts.get(Number(runId)) ?? 1;
        return { status: 'completed', conclusion: 'failure', attempt, headSha: 'abc', lastedMs: 5 * MINUTE };
      },
      failedJobs: async () => [],
    },
    rerun: {
      async rerunFailedJobs(run) {
        const [number, attempt] = [Number(run.runId), run.attempt];
        const next = mishap();
        if (next === 'before') throw new ProviderError(id, 'unavailable', 'no answer');
        if (next === 'no') throw new ProviderError(id, 'refused', 'not this one');
        effects.push({ key: orderKey(incidentOf(number), attempt), run: number, attempt, dependency });
        attempts.set(number, attempt + 1);
        if (next === 'after') throw new ProviderError(id, 'unavailable', 'the answer was lost');
        return undefined;
      },
      rerunRun: async () => undefined,
    },
  };
  const notifier = {
    name: 'spec',
    async notify() {
      if (plan.mode === 'observe') notesInObserve += 1;
    },
  };
  const policy = parsePolicy(`
version: 1
mode: ${plan.mode}
attempts: ${plan.attempts}
thresholds: { cheap: 0.5 }
storm: { pipelines: ${plan.storm}, within: 10m }
budgets: [{ name: day, per: repository, within: 1d, actions: ${plan.budget}, minutes: ${plan.minutes} }]
notify: { on: [executed, recommended, failed, superseded, handed_over, rejected] }
dependencies: [{ name: registry, kind: registry, url: "https://registry.example", waitAtMost: 30m }]
`);

  const timers = await bus.bucket<Timer>('prunella_timers');
  const waiting = new Set<string>();
  /** A scheduler that calls what is due in any order; what a timer must stand, the real one's spec says. */
  const set: Pick<Timers, 'set'>['set'] = async (timer) => {
    const key = `${timer.order.key}.${timer.kind}`;
    waiting.add(key);
    await timers.create(key, timer);
  };
  /** NATS goes away in the middle of a step: before the event is out, or after. */
  const unsure: Pick<Bus, 'publish'> = {
    async publish(subject, publication) {
      const next = mishap();
      if (next === 'before') throw new UnreachableError('NATS is away');
      const published = await bus.publish(subject, publication);
      if (next === 'after') throw new UnreachableError('NATS went away');
      return published;
    },
  };
  const reporter = new Reporter(unsure, async () => undefined);
  const shared = {
    policy,
    forbids: (order: Order) => forbids(policy, order, clock.now()),
    lineage: new Lineage(await bus.bucket<Origin>('prunella_lineage')),
    standing: async () => ({ state: dependency, since: START, reason: 'as the plan says' }),
    actions: new Actions([retry([platform]), notifyHuman([notifier], 'http://console')]),
    decisions: await bus.bucket<Order>('prunella_decisions'),
    budgets: await bus.bucket<Spent>('prunella_budgets'),
    claims: await bus.bucket<Claim>('prunella_claims'),
    clock,
    random: Math.random,
    timers: { set },
    reporter,
    questions: { changed: async () => undefined },
    isHeard: true,
    verified: async (_order: Order, proof: Proof) => proof,
  };
  const [breakers, storms, spending, recoveries] = [
    await bus.bucket<KeptBreaker>('prunella_breakers'),
    await bus.bucket<Storm>('prunella_storms'),
    await bus.bucket<Expenses>('prunella_spending'),
    await bus.bucket<Recovery>('prunella_recovery'),
  ];
  // What a replica remembers is its own.
  const replicas: RemediateDeps[] = ['a', 'b'].map((owner) => ({
    ...shared,
    breakers: new Breakers(breakers, clock),
    storms: new Storms(storms, clock, Math.random),
    ledger: new SpendingLedger(spending, clock),
    recoveries: new Recoveries(recoveries),
    owner: `${id}-${owner}`,
  }));
  const approval: ApproveDeps = {
    decisions: shared.decisions,
    answers: await bus.bucket<Answers>('prunella_answers'),
    clock,
    reporter,
    schedule: (order) => schedule(order, replica()),
    tellExpired: (order) => tellExpired(order, replica()),
  };
  const replica = (): RemediateDeps => replicas[turns++ % 2] as RemediateDeps;

  /** As a message is delivered again until it is acknowledged. */
  async function delivered(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
      }
    }
  }

  async function fireDue(): Promise<void> {
    for (const key of [...waiting]) {
      const entry = await timers.get(key);
      if (entry === undefined) {
        waiting.delete(key);
        continue;
      }
      if (entry.value.dueAt > time) continue;
      const call = () => fire(entry.value, { ...replica(), reviews, expire: (order) => expire(order, approval) });
      try {
        // Both replicas see it due at the same moment.
        const [fired] = await Promise.all([call(), call().catch(() => undefined)]);
        if (fired === 'done') {
          await timers.delete(key);
          waiting.delete(key);
        } else if (fired !== undefined) {
          const { againAt: dueAt, ...change } = fired;
          await timers.put(key, { ...entry.value, ...change, dueAt });
        }
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
      }
    }
  }

  return {
    effects,
    approved,
    incidentOf,
    isOurs: (incident: string) => incident.startsWith(`${id}_`),
    get notesInObserve() {
      return notesInObserve;
    },
    async take(step: Step): Promise<void> {
      if (step.kind === 'minutes pass') time += step.minutes * MINUTE;
      else if (step.kind === 'dependency') dependency = step.state;
      else if (step.kind === 'diagnosis') {
        const made = diagnosisOf(id, incidentOf(step.run), step, plan);
        // Delivered twice at once: to both replicas.
        await Promise.all([delivered(() => remediate(made, replica())), delivered(() => remediate(made, replica()))]);
      } else {
        if (step.approved) approved.add(orderKey(incidentOf(step.run), step.attempt));
        await delivered(() => hear(answerOf(incidentOf(step.run), step), approval));
      }
      await fireDue();
    },
    /** Until nothing waits any more. */
    async end(): Promise<void> {
      for (let round = 0; waiting.size > 0; round++) {
        if (round > 2_000) throw new Error(`still waiting: ${[...waiting].join(', ')}`);
        time += 5 * MINUTE;
        await fireDue();
      }
    },
    async executed(): Promise<ActionExecuted[]> {
      const manager = await bus.jetstream.jetstreamManager();
      const { state } = await manager.streams.info(EVENTS.name, { subjects_filter: 'action.executed' });
      const told: ActionExecuted[] = [];
      // A stream that never held a message begins at 0, and has nothing there.
      for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
        const message = await manager.streams.getMessage(EVENTS.name, { seq });
        if (message?.subject !== 'action.executed') continue;
        told.push(readMessage('action.executed', message.data, { id: String(seq), source: 'spec' }).data);
      }
      await manager.streams.purge(EVENTS.name);
      return told;
    },
  };
}

function diagnosisOf(id: string, incidentId: string, { run, attempt }: Failure, plan: Plan): DiagnosisMade {
  const inTheCode = plan.inTheCode.includes(run);
  const naming = plan.naming.includes(run);
  return {
    incidentId,
    run: {
      pipelineId: `${id}/${run}`,
      platform: id,
      repository: id,
      runId: String(run),
      attempt,
      headSha: 'abc',
      branch: 'main',
      environment: '',
      url: '',
      name: 'ci',
      kind: 'run',
    },
    cause: inTheCode ? 'compile_error' : 'network',
    domain: inTheCode ? 'code' : 'platform',
    confidence: 0.9,
    transient: 0.9,
    prior: 0.9,
    action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '1m', factor: 2 } },
    decidedBy: 'rule:connection-timeout',
    explanation: 'The connection timed out.',
    fingerprint: `fp_${id}`,
    evidence: naming ? [{ line: 3, text: 'GET https://registry.example/x: ETIMEDOUT', job: 'build' }] : [],
    alternatives: [],
    metrics: {},
    vetoes: [],
    gaps: [],
  };
}

function answerOf(incidentId: string, { attempt, approved }: Failure & { approved: boolean }): ActionApproved {
  return { incidentId, attempt, action: 'retry_with_backoff', approved, by: 'ada', reason: '' };
}
