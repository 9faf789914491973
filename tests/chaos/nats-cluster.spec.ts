import { Bus, DEAD_LETTERS, EVENTS } from '@prunella/bus';
import {
  type FakeRun,
  type ServiceProcess,
  startTestNatsCluster,
  startTestPostgres,
  type TestNatsCluster,
  type TestServer,
} from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { type Fleet, SERVICES, startFleet } from '../support/fleet.ts';
import type { Incident } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * Two replicas of every service on a cluster of three NATS servers, under a load of failures. The server that leads the stream is killed in the middle, then
 * one replica of every service, then, when the first server is back, the next leader. Whatever was accepted comes to its end, with one effect at the platform for each decision
 * to act, and as many of those as the budget has.
 */

const REPOSITORIES = 3;
const EACH = 8;
const ALLOWED = 6;
const FAILURES = REPOSITORIES * EACH;
const PATIENCE_MS = 120_000;
/** Far from a storm, and with a budget that is used up: a write that was lost or doubled would show in it. */
const POLICY = `storm: { pipelines: 1000 }\nbudgets: [{ name: few, per: repository, within: 1d, actions: ${ALLOWED} }]\n`;

let cluster: TestNatsCluster;
let postgres: TestServer;
let fleet: Fleet;
let bus: Bus;

beforeAll(async () => {
  [cluster, postgres] = await Promise.all([startTestNatsCluster(), startTestPostgres()]);
  fleet = await startFleet({
    ...{ natsUrl: cluster.url, natsReplicas: 3, databaseUrl: postgres.url, replicas: 2 },
    policy: POLICY,
  });
  bus = await Bus.connect({ servers: cluster.url, name: 'test', replicas: 3 });
}, 180_000);

afterAll(async () => {
  await fleet?.stop();
  await bus?.close();
  await cluster?.stop();
  await postgres?.stop();
}, 60_000);

/** As GitHub does it: what was not taken is delivered again. */
async function deliver(run: FakeRun, what: string): Promise<void> {
  await until(() => fleet.deliver(run, `${run.id}-${what}`), `${what} of ${run.id} is taken`, PATIENCE_MS);
}

/** Fails so many runs, and lets each that is started again pass. */
async function fail(runs: readonly FakeRun[]): Promise<void> {
  await Promise.all(runs.map((run) => deliver(run, 'failed')));
}

/** Lets what was started again pass, until there is nothing more to do. */
async function letPass(runs: readonly FakeRun[], isOver: () => boolean): Promise<void> {
  const passed = new Set<FakeRun>();
  while (!isOver()) {
    for (const run of runs) {
      if (run.attempt === 1 || passed.has(run)) continue;
      passed.add(run);
      fleet.github.completeRun(run, 'success');
      await deliver(run, 'green');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function incidents(): Promise<Incident[]> {
  for (const { url, ended } of fleet.services.auditor) {
    if (ended !== undefined) continue;
    const answer = await fetch(`${url}/v1/incidents?limit=200`).catch(() => undefined);
    if (answer?.ok) return ((await answer.json()) as { items: Incident[] }).items;
  }
  return [];
}

/** How many events a replica handled. */
async function handledBy({ url }: ServiceProcess): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const counts = text.matchAll(/^prunella_\w*(?:handled|duration_seconds_count|events_total)\w*\{[^}]*\} (\d+)/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

it('loses nothing and doubles nothing when leaders and replicas are killed under load', async () => {
  const runs = Array.from({ length: FAILURES }, (_, n) => fleet.failedRun(n, REPOSITORIES));
  const [first, second, third] = [runs.slice(0, 8), runs.slice(8, 16), runs.slice(16)] as const;
  let over = false;
  const passing = letPass(runs, () => over);

  await fail(first);
  const leader = await cluster.leaderOf(EVENTS.name);
  const [, ...late] = await Promise.all([leader.kill(), ...second.map((run) => deliver(run, 'failed'))]);
  expect(late).toHaveLength(second.length);
  await until(() => fleet.github.effects.length >= 8, 'the next leader has work done', PATIENCE_MS);

  for (const name of SERVICES) {
    const shares = await Promise.all(fleet.services[name].map(handledBy));
    expect({ name, worked: shares.filter((share) => share > 0).length }).toEqual({ name, worked: 2 });
  }

  await leader.restart();
  await cluster.caughtUp(EVENTS.name);
  const next = await cluster.leaderOf(EVENTS.name);
  const dying = SERVICES.map((name) => fleet.services[name][1] as ServiceProcess);
  await Promise.all([next.kill(), ...dying.map((service) => service.kill()), fail(third)]);
  // As Kubernetes does it.
  await Promise.all(dying.map((service) => service.start()));

  const ended = await until(
    async () => {
      const all = await incidents();
      const isFinal = ({ outcome, verdict }: Incident) => outcome === 'healed' || verdict === 'recommending';
      return all.length >= FAILURES && all.every(isFinal) && all;
    },
    'every failure comes to its end',
    PATIENCE_MS,
  );
  over = true;
  await passing;

  expect(new Set(ended.map(({ runId }) => runId)).size).toBe(FAILURES);
  expect(ended).toHaveLength(FAILURES);
  // One effect for each decision to act, told once; the budget is used up to the last one, and not more.
  const decided = ended
    .filter(({ outcome }) => outcome === 'healed')
    .map(({ repository, runId }) => `${repository}#${runId} -> 2`);
  expect([...fleet.github.effects].sort()).toEqual(decided.sort());
  for (let n = 0; n < REPOSITORIES; n += 1) {
    const own = fleet.github.effects.filter((effect) => effect.startsWith(`acme/shop-${n}#`));
    expect(own).toHaveLength(ALLOWED);
  }
  const executed = (await eventsOn(bus, 'action.executed')).filter(({ status }) => status === 'executed');
  expect(executed).toHaveLength(REPOSITORIES * ALLOWED);
  const failed = await eventsOn(bus, 'pipeline.failed');
  expect(failed).toHaveLength(FAILURES);
  const manager = await bus.jetstream.jetstreamManager();
  expect((await manager.streams.info(DEAD_LETTERS.name)).state.messages).toBe(0);
  expect(fleet.github.violations).toEqual([]);
}, 400_000);
