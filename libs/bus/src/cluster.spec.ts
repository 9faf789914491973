import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { CrashProxy, startTestNats, startTestNatsCluster, type TestNatsCluster } from '@prunella/testing';
import { Bus } from './bus.ts';
import { consume } from './consume.ts';
import { optionalStreams } from './provision.ts';
import { EVENTS, GREEN_LOGS, ORIGINALS, STREAMS } from './topology.ts';

let cluster: TestNatsCluster;
let nats: NatsConnection;
beforeAll(async () => {
  cluster = await startTestNatsCluster();
  nats = await connect({ servers: cluster.url.split(','), maxReconnectAttempts: -1 });
}, 90_000);
afterAll(async () => {
  await nats.close();
  await cluster.stop();
});

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await Promise.resolve(condition()).catch(() => false))) {
    if (Date.now() > end) throw new Error(`not within 60 s: ${what}`);
    await sleep(50);
  }
}

const running = (runId: string) => ({
  pipelineId: 'shop/ci',
  platform: 'github',
  repository: 'acme/shop',
  runId,
  attempt: 1,
  headSha: 'abc',
  branch: 'main',
  environment: '',
  url: '',
  name: 'ci',
  kind: 'run' as const,
  incidentId: '',
  conclusion: 'success' as const,
  jobs: [],
  metrics: {},
});

it('brings streams, buckets and consumers to the replicas that are asked for, both ways', async () => {
  const manager = await jetstreamManager(nats);
  const copies = async () => ({
    stream: (await manager.streams.info(EVENTS.name)).config.num_replicas,
    bucket: (await manager.streams.info('KV_prunella_claims')).config.num_replicas,
    others: (await manager.consumers.info(EVENTS.name, 'detector-finished')).cluster?.replicas?.length ?? 0,
  });
  for (const replicas of [1, 3, 1, 3] as const) {
    const bus = await Bus.connect({ servers: cluster.url, name: 'spec', replicas });
    const bucket = await bus.bucket<string>('prunella_claims');
    await bucket.put('kept', 'through it all');
    await bus.ensureConsumer('detector-finished');
    await until(
      async () =>
        JSON.stringify(await copies()) === JSON.stringify({ stream: replicas, bucket: replicas, others: replicas - 1 }),
      `${replicas} of each`,
    );
    expect((await bucket.get('kept'))?.value).toBe('through it all');
    await bus.close();
    // Who does not say how many, e.g. the CLI, leaves them alone.
    const guest = await Bus.connect({ servers: cluster.url, name: 'guest' });
    await guest.bucket('prunella_claims');
    expect((await copies()).stream).toBe(replicas);
    expect((await copies()).bucket).toBe(replicas);
    await guest.close();
  }
}, 120_000);

it('says what is missing when the cluster has too few servers', async () => {
  await expect(Bus.connect({ servers: cluster.url, name: 'spec', replicas: 5 })).rejects.toThrow(
    /NATS_REPLICAS is 5, and PRUNELLA can't be kept by so many servers .* at least 5 NATS servers/,
  );
  const single = await startTestNats();
  await expect(Bus.connect({ servers: single.url, name: 'spec', replicas: 3 })).rejects.toThrow(/NATS_REPLICAS is 3/);
  await single.stop();
});

it('publishes, writes, watches and consumes through the loss of the leaders', async () => {
  const bus = await Bus.connect({ servers: cluster.url, name: 'spec', replicas: 3 });
  const bucket = await bus.bucket<number>('prunella_threads');
  const seen = new Map<string, number>();
  const end = new AbortController();
  await bucket.watch(({ key, value }) => void (value !== undefined && seen.set(key, value)), end.signal);
  const handled = new Map<string, number>();
  const failures: unknown[] = [];
  const consumption = consume(
    bus,
    'detector-finished',
    async (events) => {
      for (const { id } of events) handled.set(id, (handled.get(id) ?? 0) + 1);
    },
    {
      handled: () => undefined,
      retried: () => undefined,
      buried: (...about) => failures.push(about),
      interrupted: () => undefined,
    },
  );
  let n = 0;
  const work = async () => {
    for (; n < 120; ) {
      n += 1;
      const at = n;
      await bus.publish('pipeline.finished', { id: `event-${at}`, data: running(String(at)) });
      expect(await bucket.create(`key.${at}`, at)).toBeGreaterThan(0);
      expect((await bucket.get(`key.${at}`))?.value).toBe(at);
    }
  };
  const all = Promise.all([work(), work(), work(), work()]);
  await until(() => n >= 40, 'a third is done');
  const leader = await cluster.leaderOf('KV_prunella_threads');
  await leader.kill();
  await all;
  // And those whose feed and whose consumer were led by the one that is gone.
  await until(() => seen.size === 120, 'all changes are seen');
  await until(() => handled.size === 120, 'all events are handled');
  const { state } = await (await jetstreamManager(nats)).streams.info(EVENTS.name);
  expect(state.messages).toBe(120);
  expect(failures).toEqual([]);
  await leader.restart();
  await cluster.caughtUp(EVENTS.name);
  end.abort();
  await consumption.stop(1_000);
  await bus.close();
}, 150_000);

it('lets one of all win that write over the same revision at the same moment', async () => {
  const buses = [
    await Bus.connect({ servers: cluster.url, name: 'a', replicas: 3 }),
    await Bus.connect({ servers: cluster.url, name: 'b', replicas: 3 }),
  ] as const;
  const [ours, theirs] = [
    await buses[0].bucket<number>('prunella_budgets'),
    await buses[1].bucket<number>('prunella_budgets'),
  ];
  const winners = (revisions: (number | boolean | undefined)[]) =>
    revisions.filter((it) => typeof it === 'number' || it === true);
  for (let round = 0; round < 10; round += 1) {
    const key = `round.${round}`;
    const both = Array.from({ length: 16 }, (_, n) => ({ bucket: n % 2 === 0 ? ours : theirs, n }));
    const created = winners(await Promise.all(both.map(({ bucket, n }) => bucket.create(key, n))));
    expect(created).toHaveLength(1);
    const updated = winners(
      await Promise.all(both.map(({ bucket, n }) => bucket.update(key, n, created[0] as number))),
    );
    expect(updated).toHaveLength(1);
    const over = updated[0] as number;
    const ended = await Promise.all(
      both.map(({ bucket, n }) => (n % 4 === 0 ? bucket.delete(key, over) : bucket.update(key, n, over))),
    );
    expect(winners(ended)).toHaveLength(1);
  }
  for (const bus of buses) await bus.close();
}, 60_000);

it('finds a watch out that its server forgot', async () => {
  const bus = await Bus.connect({ servers: cluster.url, name: 'spec', replicas: 3 });
  const bucket = await bus.bucket<number>('prunella_lineage');
  const end = new AbortController();
  const seen: number[] = [];
  await bucket.watch(({ value }) => void (value !== undefined && seen.push(value)), end.signal);
  await bucket.put('a', 1);
  await until(() => seen.length === 1, 'it tells');
  const manager = await jetstreamManager(nats);
  for await (const { name } of manager.consumers.list('KV_prunella_lineage')) {
    await manager.consumers.delete('KV_prunella_lineage', name);
  }
  await bucket.put('a', 2);
  await until(() => seen.at(-1) === 2, 'it tells again');
  end.abort();
  await bus.close();
}, 90_000);

describe('an answer that got lost', () => {
  it.each(['create', 'update', 'delete'] as const)(
    '%s is recognised as ours',
    async (what) => {
      const proxy = await CrashProxy.start(Number(new URL((cluster.nodes[0] as { url: string }).url).port));
      const bus = await Bus.connect({ servers: proxy.url, name: 'spec', replicas: 3 });
      const bucket = await bus.bucket<string>('prunella_claims');
      const key = `lost.${what}`;
      const before = what === 'create' ? 0 : await bucket.put(key, 'old');
      // The write reaches NATS, and its answer reaches nobody.
      proxy.arm({ subject: /^\$KV\.prunella_claims\./, nth: 1, when: 'after' }, () =>
        setTimeout(() => proxy.heal(), 200),
      );
      const done =
        what === 'create'
          ? bucket.create(key, 'mine')
          : what === 'update'
            ? bucket.update(key, 'mine', before)
            : bucket.delete(key, before);
      const result = await done;
      if (what === 'delete') expect(result).toBe(true);
      else expect(result).toBe((await bucket.get(key))?.revision);
      await bus.close();
      await proxy.stop();
    },
    60_000,
  );
});

it('does without the streams that there is no room for, where these are optional', async () => {
  const manager = await jetstreamManager(nats);
  const bus = await Bus.connect({ servers: cluster.url, name: 'spec', replicas: 3 });
  const room = 16 * 1024 ** 3 - STREAMS.reduce((sum, { maxBytes }) => sum + maxBytes, 0);
  await manager.streams.add({ name: 'FULL', subjects: ['full'], num_replicas: 3, max_bytes: room - 1024 ** 2 });
  expect((await optionalStreams(bus)).map(({ name }) => name)).toEqual([GREEN_LOGS.name, ORIGINALS.name]);
  await manager.streams.delete('FULL');
  await bus.close();
}, 60_000);
