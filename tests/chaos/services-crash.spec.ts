import type { Cut, FakeRun } from '@prunella/testing';
import { type Incident, type ServiceName, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * Takes one failed run after another through the whole line, and kills one service with SIGKILL at an exact message each time: right before it
 * reaches NATS or PostgreSQL, or right after. Whatever is killed wherever: one incident, one rerun, healed, learnt once.
 */

const LOG =
  'npm error code ETIMEDOUT\nnpm error network request failed, reason: connect ETIMEDOUT 104.16.1.34:443\n##[error]Process completed with exit code 1.';

/** In place of the built-in rule of that id: the same, but without the seconds of waiting. */
const QUICK = `
rules:
  - id: npm-network
    cause: network
    says: npm could not reach its registry.
    match: { log: ['^npm error code ETIMEDOUT'] }
    transient: 0.85
    confidence: 0.93
    action: { type: retry_with_backoff, parameters: { attempts: 3, firstDelay: 200ms, factor: 2 } }
    examples:
      match: ['npm error code ETIMEDOUT']
      no_match: ['npm error code E404']
`;

let system: System;
let healed = 0;

beforeAll(async () => {
  system = await startSystem({ policy: 'version: 1\nmode: act\n', rules: QUICK, proxied: true });
}, 60_000);

afterAll(() => system.stop());

/** As GitHub does it: a delivery that was not taken is delivered again. */
async function deliver(run: FakeRun, delivery: string): Promise<void> {
  await until(
    () =>
      system.deliver(run, { delivery }).then(
        (response) => response.status === 202,
        () => false,
      ),
    `delivery ${delivery} is taken`,
  );
}

async function healOne(): Promise<Incident> {
  const { github } = system;
  // A commit of its own: the same failure of the same commit would take back what was healed before.
  const headSha = String(healed + 1).padStart(40, '0');
  const jobs = [{ name: 'build', conclusion: 'failure' as const, log: LOG }];
  const run = github.addRun({ branch: `run-${healed}`, headSha, jobs });
  await deliver(run, `${run.id}-failed`);
  await until(() => github.effects.includes(`acme/shop#${run.id} -> 2`), `run ${run.id} is rerun`, 60_000);
  github.completeRun(run, 'success');
  await deliver(run, `${run.id}-green`);
  const incident = await until(
    async () => (await system.incidents().catch(() => [])).find((it) => it.outcome === 'healed' && isOf(it, run)),
    `run ${run.id} is healed`,
    60_000,
  );
  healed += 1;
  return incident;
}

function isOf(incident: Incident, run: FakeRun): boolean {
  return (incident as Incident & { runId: string }).runId === String(run.id);
}

async function killAt(service: ServiceName, proxyName: ServiceName | 'postgres', cut: Cut): Promise<void> {
  const proxy = system.proxies[proxyName];
  if (proxy === undefined) throw new Error(`no proxy for ${proxyName}`);
  let restarted: Promise<void> | undefined;
  proxy.arm(cut, () => {
    restarted = system.services[service].kill().then(() => {
      proxy.heal();
      return system.services[service].start();
    });
  });
  const incident = await healOne();
  // A cut that was never reached would prove nothing; some come after the incident shows as healed.
  await until(() => restarted !== undefined, 'the kill');
  await restarted;
  expect(incident).toMatchObject({ outcome: 'healed', cause: 'network' });
  const { runId } = incident as Incident & { runId: string };
  expect(system.github.effects.filter((effect) => effect.includes(`#${runId} `))).toHaveLength(1);
  await learntOnceEach();
}

/** One executed action, one healed outcome and one observation for each run so far: nothing lost, nothing counted twice. */
async function learntOnceEach(): Promise<void> {
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

describe.each(['before', 'after'] as const)('killed right %s', (when) => {
  it.each`
    service         | via             | subject                           | nth
    ${'detector'}   | ${'detector'}   | ${/^pipeline\.finished$/}         | ${1}
    ${'detector'}   | ${'detector'}   | ${/^\$KV\.prunella_deliveries\./} | ${1}
    ${'detector'}   | ${'detector'}   | ${/^pipeline\.failed$/}           | ${1}
    ${'detector'}   | ${'detector'}   | ${ACK}                            | ${1}
    ${'diagnoser'}  | ${'diagnoser'}  | ${/^diagnosis\.made$/}            | ${1}
    ${'diagnoser'}  | ${'diagnoser'}  | ${ACK}                            | ${1}
    ${'diagnoser'}  | ${'diagnoser'}  | ${/^\$KV\.prunella_confidence\./} | ${1}
    ${'remediator'} | ${'remediator'} | ${/^\$KV\.prunella_decisions\./}  | ${1}
    ${'remediator'} | ${'remediator'} | ${/^action\.executed$/}           | ${1}
    ${'auditor'}    | ${'auditor'}    | ${ACK}                            | ${1}
    ${'auditor'}    | ${'auditor'}    | ${ACK}                            | ${3}
    ${'auditor'}    | ${'auditor'}    | ${/^outcome\.observed$/}          | ${1}
    ${'auditor'}    | ${'auditor'}    | ${/^confidence\.updated$/}        | ${1}
    ${'auditor'}    | ${'postgres'}   | ${/^COMMIT$/}                     | ${1}
    ${'auditor'}    | ${'postgres'}   | ${/^COMMIT$/}                     | ${2}
    ${'auditor'}    | ${'postgres'}   | ${/^COMMIT$/}                     | ${3}
  `(
    '$subject ($nth) of the $service',
    async ({ service, via, subject, nth }) => {
      await killAt(service as ServiceName, via as ServiceName, {
        subject: subject as RegExp,
        nth: nth as number,
        when,
      });
    },
    120_000,
  );
});
