import { randomUUID } from 'node:crypto';
import { Bus, EVENTS } from '@prunella/bus';
import { BEFORE_PARTITIONS, insertEvents, Store } from '@prunella/store';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { eventsOn } from '../support/events.ts';
import { healedRun } from '../support/healed-run.ts';
import { type ContainerServer, imagesOf, natsContainer, postgresContainer, removeVolumes } from './containers.ts';

/** Our store and our bus on containers of several versions, with volumes that outlive them. */

const OLD_ROWS = `
  INSERT INTO incidents (id, pipeline_id, repository, platform, state, outcome, cause, opened_at, changed_at, search, document)
  SELECT 'inc_' || n, 'ci.yml', 'octo/repo', 'github', 'closed', 'healed', 'network', now(), now(), 'inc_' || n, '{}' FROM generate_series(1, 500) AS n;
  INSERT INTO events (id, incident_id, subject, source, event_id, time, seq, data)
  SELECT 'failed_' || n, 'inc_' || n, 'pipeline.failed', 's', 'failed_' || n, now() - n * interval '8 hours', n, '{}' FROM generate_series(1, 500) AS n;`;

const servers: ContainerServer[] = [];
const volumes: string[] = [];

afterAll(async () => {
  await Promise.all(servers.map((server) => server.remove().catch(() => undefined)));
  await removeVolumes(volumes);
}, 60_000);

function volume(): string {
  const name = `prunella-test-${randomUUID()}`;
  volumes.push(name);
  return name;
}

/** What it says that it is: where public images can't be had, several names stand for the same version. */
function note(image: string, is: string): void {
  process.stderr.write(`${image} is ${is}\n`);
}

function eventOf(id: string) {
  const time = '2026-11-02T08:00:00.000Z';
  return {
    ...{ id, incidentId: 'inc_1', subject: 'pipeline.failed', source: 's', eventId: id, seq: 7, time },
    data: { pipelineId: 'ci' },
  } as never;
}

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.each(imagesOf('POSTGRES_IMAGES'))('the store on %s', (image) => {
  let server: ContainerServer;
  let name: string;

  beforeAll(async () => {
    name = volume();
    server = await postgresContainer(image, name);
    servers.push(server);
    const [found] = (await rows(server.url, 'SHOW server_version')) as [{ server_version: string }];
    note(image, `PostgreSQL ${found.server_version}`);
  });

  it('takes over the volume of an older release, in a new container, and keeps what is in it', async () => {
    const old = new DataSource({ type: 'postgres', url: server.url, migrations: BEFORE_PARTITIONS });
    await old.initialize();
    await old.runMigrations({ transaction: 'all' });
    await old.query(OLD_ROWS);
    await old.destroy();
    await server.remove();
    server = await postgresContainer(image, name);
    servers.push(server);
    const store = await Store.open({ url: server.url, name: 'upgrade' });
    expect(store.isSearchIndexed).toBe(true);
    await store.close();
    const [found] = await rows(
      server.url,
      'SELECT (SELECT count(*)::int FROM incidents) AS incidents, (SELECT count(DISTINCT id)::int FROM events) AS events',
    );
    expect(found).toEqual({ incidents: 500, events: 500 });
  });

  it('loses nothing that was said to be written when the server is killed in the middle of it', async () => {
    const store = await Store.open({ url: server.url, name: 'kill' });
    const written: string[] = [];
    let failures = 0;
    let killed: Promise<void> | undefined;
    try {
      for (let n = 0; written.length < 60; n += 1) {
        const id = `kept_${n}`;
        const kept = await store
          .transaction((tx) => insertEvents(tx, [eventOf(id)]))
          .then(
            () => true,
            () => false,
          );
        if (kept) written.push(id);
        else {
          failures += 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        if (written.length === 20) killed ??= server.kill().then(() => server.start());
      }
      await killed;
    } finally {
      await store.close();
    }
    // A kill that nobody felt would prove nothing.
    expect(failures).toBeGreaterThan(0);
    const found = (await rows(server.url, "SELECT id FROM events WHERE id LIKE 'kept%'")) as { id: string }[];
    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(written));
  });
});

describe.each(imagesOf('NATS_IMAGES'))('the bus on %s', (image) => {
  it('loses nothing that was published, and takes nothing twice, when the server is killed in the middle of it', async () => {
    const server = await natsContainer(image, volume());
    servers.push(server);
    const bus = await Bus.connect({ servers: server.url, name: 'test' });
    try {
      note(image, `NATS ${bus.nats.info?.version}`);
      const said = Array.from({ length: 300 }, (_, n) => healedRun(`run-${n}`, 'kill')[0]).filter((one) => !!one);
      let killed: Promise<void> | undefined;
      const publishing = said.map(async ({ subject, ...publication }, n) => {
        await new Promise((resolve) => setTimeout(resolve, n * 5));
        if (n === 100) killed = server.kill().then(() => server.start());
        await bus.publish(subject, publication as never);
      });
      await Promise.all(publishing);
      await killed;
      // As a publisher does that never heard that it was taken.
      for (const { subject, ...publication } of said.slice(90, 110)) {
        expect(await bus.publish(subject, publication as never)).toMatchObject({ duplicate: true });
      }
      const kept = await eventsOn(bus, 'pipeline.failed');
      expect(kept.map(({ runId }) => runId).sort()).toEqual(Array.from(said, (_, n) => `run-${n}`).sort());
      expect((await (await bus.jetstream.streams.get(EVENTS.name)).info()).state.messages).toBe(said.length);
    } finally {
      await bus.close();
    }
  });
});
