import type { Cut, FakeRun } from '@prunella/testing';
import { NETWORK_LOG, networkRule } from '../support/network-failure.ts';
import { sampled } from '../support/sampled.ts';
import { type Incident, type ServiceName, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * Takes one failed run after another through the whole line, and kills one service with SIGKILL at an exact message each time: right before it
 * reaches NATS or PostgreSQL, or right after. Whatever is killed wherever: one incident, one rerun, healed, learnt once.
 */

/** Without the seconds of waiting. */
const QUICK = networkRule('{ type: retry_with_backoff, parameters: { attempts: 3, firstDelay: 200ms, factor: 2 } }');

/** After most kills a message lies idle until its ack wait is over (10 or 30 s): systems beside each other wait at the same time. */
const SIDE_BY_SIDE = 3;

/** One of the systems, and how many runs it has healed so far. */
interface Line {
  system: System;
  healed: number;
}

interface Kill {
  when: Cut['when'];
  service: ServiceName;
  via: ServiceName | 'postgres';
  subject: RegExp;
  nth: number;
}

/** As GitHub does it: a delivery that was not taken is delivered again. */
async function deliver({ system }: Line, run: FakeRun, delivery: string): Promise<void> {
  await until(
    () =>
      system.deliver(run, { delivery }).then(
        (response) => response.status === 202,
        () => false,
      ),
    `delivery ${delivery} is taken`,
  );
}

async function healOne(line: Line): Promise<Incident> {
  const { system, healed } = line;
  const { github } = system;
  // A commit of its own: the same failure of the same commit would take back what was healed before.
  const headSha = String(healed + 1).padStart(40, '0');
  const jobs = [{ name: 'build', conclusion: 'failure' as const, log: NETWORK_LOG }];
  const run = github.addRun({ branch: `run-${healed}`, headSha, jobs });
  await deliver(line, run, `${run.id}-failed`);
  await until(() => github.effects.includes(`acme/shop#${run.id} -> 2`), `run ${run.id} is rerun`, 90_000);
  github.completeRun(run, 'success');
  await deliver(line, run, `${run.id}-green`);
  const incident = await until(
    async () => (await system.incidents().catch(() => [])).find((it) => it.outcome === 'healed' && isOf(it, run)),
    `run ${run.id} is healed`,
    90_000,
  );
  line.healed += 1;
  return incident;
}

function isOf(incident: Incident, run: FakeRun): boolean {
  return (incident as Incident & { runId: string }).runId === String(run.id);
}

async function killAt(line: Line, { service, via, ...cut }: Kill): Promise<void> {
  const { system } = line;
  const proxy = system.proxies[via];
  if (proxy === undefined) throw new Error(`no proxy for ${via}`);
  let restarted: Promise<void> | undefined;
  proxy.arm(cut, () => {
    restarted = system.services[service].kill().then(() => {
      proxy.heal();
      return system.services[service].start();
    });
  });
  const incident = await healOne(line);
  // A cut that was never reached would prove nothing; some come after the incident shows as healed.
  await until(() => restarted !== undefined, 'the kill');
  await restarted;
  expect(incident).toMatchObject({ outcome: 'healed', cause: 'network' });
  const { runId } = incident as Incident & { runId: string };
  expect(system.github.effects.filter((effect) => effect.includes(`#${runId} `))).toHaveLength(1);
  await learntOnceEach(line);
}

/** One executed action, one healed outcome and one observation for each run so far: nothing lost, nothing counted twice. */
async function learntOnceEach({ system, healed }: Line): Promise<void> {
  await until(async () => {
    const { items } = await system.api<{ items: { healed: number }[] }>('/v1/confidence').catch(() => ({ items: [] }));
    return items.reduce((sum, { healed: count }) => sum + count, 0) >= healed;
  }, 'learnt');
  const { items } = await system.api<{ items: { healed: number }[] }>('/v1/confidence');
  expect(items.map(({ healed: count }) => count)).toEqual([healed]);
  const report = await system.api<{ overall: { total: number; successful: number } }>('/v1/reports/effectiveness');
  expect(report.overall).toMatchObject({ total: healed, successful: healed });
  expect(await system.incidents()).toHaveLength(healed);
}

const ACK = /^\$JS\.ACK\./;

const STEPS: readonly Omit<Kill, 'when'>[] = [
  { service: 'detector', via: 'detector', subject: /^pipeline\.finished$/, nth: 1 },
  { service: 'detector', via: 'detector', subject: /^\$KV\.prunella_deliveries\./, nth: 1 },
  { service: 'detector', via: 'detector', subject: /^pipeline\.failed$/, nth: 1 },
  { service: 'detector', via: 'detector', subject: ACK, nth: 1 },
  { service: 'diagnoser', via: 'diagnoser', subject: /^diagnosis\.made$/, nth: 1 },
  { service: 'diagnoser', via: 'diagnoser', subject: ACK, nth: 1 },
  { service: 'diagnoser', via: 'diagnoser', subject: /^\$KV\.prunella_confidence\./, nth: 1 },
  { service: 'remediator', via: 'remediator', subject: /^\$KV\.prunella_decisions\./, nth: 1 },
  { service: 'remediator', via: 'remediator', subject: /^action\.executed$/, nth: 1 },
  { service: 'auditor', via: 'auditor', subject: ACK, nth: 1 },
  { service: 'auditor', via: 'auditor', subject: ACK, nth: 3 },
  { service: 'auditor', via: 'auditor', subject: /^outcome\.observed$/, nth: 1 },
  { service: 'auditor', via: 'auditor', subject: /^confidence\.updated$/, nth: 1 },
  { service: 'auditor', via: 'postgres', subject: /^COMMIT$/, nth: 1 },
  { service: 'auditor', via: 'postgres', subject: /^COMMIT$/, nth: 2 },
  { service: 'auditor', via: 'postgres', subject: /^COMMIT$/, nth: 3 },
];

const ALL: readonly Kill[] = (['before', 'after'] as const).flatMap((when) => STEPS.map((step) => ({ when, ...step })));

/** With all of them the suite takes four minutes longer: `npm run test:crash`. */
const KILLS = sampled(ALL);

const done = new Map(KILLS.map((kill) => [kill, Promise.withResolvers<void>()]));
const lines: Line[] = [];

beforeAll(async () => {
  const options = { policy: 'version: 1\nmode: act\n', rules: QUICK, proxied: true };
  for (let n = 0; n < SIDE_BY_SIDE; n += 1) lines.push({ system: await startSystem(options), healed: 0 });
  const queue = [...KILLS];
  for (const line of lines) void workOff(line, queue);
}, 120_000);

afterAll(() => Promise.all(lines.map(({ system }) => system.stop())), 120_000);

async function workOff(line: Line, queue: Kill[]): Promise<void> {
  for (let kill = queue.shift(); kill !== undefined; kill = queue.shift()) {
    const result = done.get(kill);
    // Seen by the test that waits for it; when that has not begun yet, nobody has looked at it so far.
    result?.promise.catch(() => undefined);
    await killAt(line, kill).then(result?.resolve, result?.reject);
  }
}

it.each(KILLS)(
  'killed right $when $subject ($nth) of the $service',
  async (kill) => {
    await done.get(kill)?.promise;
  },
  300_000,
);
