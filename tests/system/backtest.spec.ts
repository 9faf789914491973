import { type BacktestReport, backtest, type CaseReport, isPastSubject, type PastEvent } from '@prunella/backtest';
import { EVENTS } from '@prunella/bus';
import { type ActionExecuted, isSubject, type Reason, readMessage } from '@prunella/contracts';
import { parsePolicy } from '@prunella/policy';
import { BLIP_RULES, CODE_FAILURE } from '../support/blip.ts';
import { type Incident, incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/** Everything that can hold an action back is in it, with limits that the runs below reach. */
const POLICY = `
version: 1
mode: act
attempts: 2
holdOut: 0.2
breaker: { failures: 2, rest: 30m }
storm: { pipelines: 50 }
budgets:
  - { name: few, match: { repository: acme/busy }, per: repository, within: 1d, actions: 2 }
  - { name: short, match: { repository: acme/long }, per: repository, within: 1d, minutes: 3 }
costs: { usual: 2m, prices: [{ perMinute: 0.5 }] }
pipelines:
  - { match: { branch: "release/*" }, mode: recommend }
  - { match: { branch: "ask/*" }, mode: approve }
  - { match: { branch: quiet }, mode: observe }
`;

let system: System;
let events: PastEvent[];

beforeAll(async () => {
  system = await startSystem({ policy: POLICY, rules: BLIP_RULES });
  await live();
  events = await recorded();
}, 180_000);

afterAll(async () => {
  await system?.stop();
});

/** One run that fails, and how its next attempts end, as long as the remediator begins them. */
async function life(
  repository: string,
  branch: string,
  ends: readonly ('success' | 'failure')[],
  log?: string,
): Promise<void> {
  const text = `BLINKED AT ${repository} ${branch}\n##[error]Process completed with exit code 1.`;
  const jobs = [{ name: 'build', conclusion: 'failure' as const, log: log ?? text }];
  const run = system.github.addRun({ repository, branch, jobs });
  const incident = (fits: (incident: Incident) => boolean, what: string) =>
    incidentWith(system, (one) => one.runId === String(run.id) && fits(one), `${repository}#${run.id} ${what}`, 60_000);
  await system.deliver(run);
  for (const [index, end] of ends.entries()) {
    const attempt = index + 1;
    const { verdict } = await incident((one) => one.attempt === attempt && one.verdict !== null, `decided ${attempt}`);
    if (verdict !== 'acting') return;
    const effect = `${repository}#${run.id} -> ${attempt + 1}`;
    await until(() => system.github.effects.includes(effect), effect, 60_000);
    system.github.completeRun(run, end, ...(end === 'failure' ? [jobs] : []));
    await system.deliver(run);
    if (end === 'success') await incident(({ outcome }) => outcome === 'healed', 'healed');
  }
  const last = ends.at(-1) === 'success' ? 1 : ends.length + 1;
  await incident((one) => one.attempt === last && one.verdict !== null, `decided ${last}`);
}

async function live(): Promise<void> {
  for (const branch of ['release/1', 'quiet', 'ask/1']) await life('acme/careful', branch, []);
  await life('acme/careful', 'broken', [], CODE_FAILURE);
  for (const branch of ['a', 'b', 'c', 'd', 'e']) await life('acme/busy', branch, ['success']);
  for (const branch of ['a', 'b', 'c', 'd']) await life('acme/long', branch, ['success']);
  // Two in a row that do not help open the breaker; held out incidents do not count.
  const isOpen = async () =>
    (await system.api<{ items: { open: boolean }[] }>('/v1/breakers')).items.some(({ open }) => open);
  for (let n = 0; n < 10 && !(await isOpen()); n++) {
    await life('acme/stubborn', `s${n}`, ['failure', 'failure']);
    await until(async () => (await outcomes()) === (await effects()), 'all outcomes', 60_000);
  }
  await until(isOpen, 'the breaker is open');
  for (const branch of ['x', 'y', 'z']) await life('acme/after', branch, []);
}

const outcomes = async () => (await recorded()).filter(({ subject }) => subject === 'outcome.observed').length;
const effects = async () =>
  (await recorded()).filter((event) => event.subject === 'action.executed' && event.data.status === 'executed').length;

/** All that was on the stream, with the times at which it was published. */
async function recorded(): Promise<PastEvent[]> {
  const stream = await system.bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const all: PastEvent[] = [];
  for (let seq = Math.max(state.first_seq, 1); seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    if (message === null || !isSubject(message.subject) || !isPastSubject(message.subject)) continue;
    const { subject } = message;
    const event = readMessage(subject, message.data, { id: String(seq), source: 'spec' });
    all.push({
      subject,
      id: `${subject} ${event.id}`,
      at: Date.parse(event.time ?? ''),
      data: event.data,
    } as PastEvent);
  }
  return all;
}

/** What is compared of a decision: all of it but when. */
function decisionOf(
  one: { verdict: unknown; mode: unknown; explanation: string; reasons: readonly Reason[] },
  action: unknown,
) {
  const { verdict, mode, explanation, reasons } = one;
  return {
    verdict,
    mode,
    action,
    explanation,
    reasons: reasons.map(({ check, allows, says }) => ({ check, allows, says })),
  };
}

function decisionsTaken(): Record<string, object> {
  const taken: Record<string, object> = {};
  for (const event of events) {
    if (event.subject !== 'action.executed' && event.subject !== 'action.requested') continue;
    const { incidentId, run, mode, reasons, explanation, action } = event.data;
    const verdict = event.subject === 'action.requested' ? 'asking' : (event.data as ActionExecuted).verdict;
    taken[`${incidentId}.${run.attempt}`] = decisionOf({ verdict, mode, explanation, reasons }, action.type);
  }
  return taken;
}

async function played(
  policy: string,
  past: readonly PastEvent[] = events,
): Promise<{ report: BacktestReport; cases: CaseReport[] }> {
  const cases: CaseReport[] = [];
  const report = await backtest(past, {
    policy: { name: 'new', policy: parsePolicy(policy, 'new') },
    onCase: (one) => cases.push(one),
  });
  return { report, cases };
}

it('the policy in force decides in the backtest as the remediator did, to the word', async () => {
  const taken = decisionsTaken();
  const { cases, report } = await played(POLICY);
  const inBacktest = Object.fromEntries(
    cases.map(({ key, policy }) => [key, decisionOf(policy as never, policy.action)]),
  );
  expect(inBacktest).toEqual(taken);
  expect(cases.length).toBeGreaterThan(15);
  // All that can hold an action back did so.
  const refusals = new Set(
    cases.flatMap(({ policy }) => policy.reasons.filter(({ allows }) => !allows).map(({ check }) => check)),
  );
  expect([...refusals].sort()).toEqual(expect.arrayContaining(['attempts', 'breaker', 'budget', 'hold-out', 'mode']));
  // And what came of it is what was seen.
  const healed = (await system.incidents()).filter(({ outcome }) => outcome === 'healed').length;
  expect(report.policy.totals.results.healed).toBe(healed);
  expect(report.policy.totals.results['false-heal']).toBeGreaterThanOrEqual(2);
});

it('what was heard of outcomes then is what its breakers go by', async () => {
  const { cases } = await played(
    POLICY,
    events.filter(({ subject }) => subject !== 'outcome.observed'),
  );
  expect(
    cases.flatMap(({ policy }) => policy.reasons).filter(({ check, allows }) => check === 'breaker' && !allows),
  ).toEqual([]);
});

it('another policy does something else, and says why', async () => {
  const { cases } = await played('version: 1\nmode: recommend\n');
  expect(new Set(cases.map(({ policy }) => policy.result))).toEqual(new Set(['recommended', 'handed-over', 'absent']));
  const absent = cases.filter(({ policy }) => policy.result === 'absent');
  expect(absent.every(({ attempt }) => attempt > 1)).toBe(true);
  expect(absent[0]?.policy.says).toMatch(/attempt 2 was begun by retry of Prunella, which this policy does not take/);
});
