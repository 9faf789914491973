import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus, EVENTS } from '@prunella/bus';
import { CrashProxy, FakeGitHub, startServiceProcess, startTestNats } from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { until } from '../support/until.ts';

/** What the stream recognises by itself is no proof. */
const SHORT_WINDOW_NS = 100_000_000;
let directory: string;
let github: FakeGitHub;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-backfill-'));
  github = await FakeGitHub.start();
});

afterAll(async () => {
  await github?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A round that died is taken over after the timeout and 5 s. */
function policyFor(repositories: readonly string[]): string {
  const places = repositories.map((repository) => `{ platform: github, repository: ${repository} }`).join(', ');
  const times = 'every: 1s, lookBack: 1m, grace: 0s, timeout: 1s';
  return `version: 1\nbackfill: { ${times}, repositories: [${places}] }\n`;
}

/** The runs that are told to have failed, when the detector is killed at a step of the round that finds the first of them. */
async function killedAt(
  cut: { subject: RegExp; when: 'before' | 'after' },
  number: number,
): Promise<{ told: string[]; all: string[] }> {
  const [first, last] = [`acme/shop-${number}`, `acme/web-${number}`];
  const policy = join(directory, `${number}.yaml`);
  await writeFile(policy, policyFor([first, last]));
  for (const repository of [first, last]) github.addRun({ repository, createdAt: '2026-01-01T00:00:00Z' });
  const nats = await startTestNats();
  const proxy = await CrashProxy.start(nats.port);
  const bus = await Bus.connect({ servers: nats.url, name: 'test' });
  const detector = await startServiceProcess('detector', {
    ...{ NATS_URL: proxy.url, PRUNELLA_CONFIG: policy, LOG_LEVEL: 'warn' },
    ...{ GITHUB_API_URL: github.url, GITHUB_TOKEN: 'ghp_test' },
  });
  const failed = async () => (await eventsOn(bus, 'pipeline.failed')).map(({ runId }) => runId);
  const rounds = () => github.requests.filter((request) => request === `GET /repos/${last}/actions/runs`).length;
  try {
    const manager = await bus.jetstream.jetstreamManager();
    await manager.streams.update(EVENTS.name, { duplicate_window: SHORT_WINDOW_NS });
    await until(() => rounds() > 0, 'the first round');
    const died = new Promise<void>((resolve) =>
      proxy.arm({ ...cut, nth: 1 }, () => void detector.kill().then(resolve)),
    );
    const runs = [first, last].map((repository) => github.addRun({ repository, updatedAt: new Date().toISOString() }));
    await died;
    proxy.heal();
    await detector.start();
    const all = runs.map(({ id }) => String(id)).toSorted();
    await until(async () => new Set(await failed()).size === all.length, 'both are told', 60_000);
    // Whatever would be told twice is by then.
    const before = rounds();
    await until(() => rounds() > before + 1, 'two more rounds');
    return { told: (await failed()).toSorted(), all };
  } finally {
    await detector.kill();
    await bus.close();
    await proxy.stop();
    await nats.stop();
  }
}

it('tells each run that it finds once, wherever the detector dies in its round', async () => {
  const cuts = [
    { subject: /^pipeline\.finished$/, when: 'before' },
    { subject: /^pipeline\.finished$/, when: 'after' },
    { subject: /^\$KV\.prunella_endings\./, when: 'after' },
  ] as const;
  for (const { told, all } of await Promise.all(cuts.map(killedAt))) expect(told).toEqual(all);
}, 120_000);
