import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { SUBJECTS } from '@prunella/contracts';
import { ConfigError } from '@prunella/core';
import { type GuardedNats, startGuardedNats } from '@prunella/testing';
import { Bus } from '../bus.ts';
import { lookAtStream } from '../look.ts';
import { CONSUMERS, GREEN_LOGS } from '../topology.ts';
import type { UserName } from './accounts.ts';
import { CLIENTS, type ClientName, PUBLIC_SUBJECTS, publishedBy } from './rights.ts';

/** What a real server lets whom do. The same table as in permissions.spec.ts would be of our own making. */

let nats: GuardedNats;
let admin: Bus;
const open: NatsConnection[] = [];

beforeAll(async () => {
  nats = await startGuardedNats({ anonymous: true });
  admin = await Bus.connect({ servers: nats.urlOf('admin'), name: 'admin' });
});
afterAll(async () => {
  for (const each of open) await each.close();
  await admin.close();
  await nats.stop();
});

async function as(user: UserName | undefined): Promise<NatsConnection> {
  const { username, password, host } = new URL(nats.urlOf(user ?? 'admin'));
  const connection = await connect({
    servers: host,
    inboxPrefix: user === undefined || user === 'publisher' ? '_INBOX' : `_INBOX_${user}`,
    ...(user !== undefined && { user: username, pass: password }),
  });
  open.push(connection);
  return connection;
}

/** Those of the subjects that the server refuses, in their order. */
async function refused(connection: NatsConnection, subjects: readonly string[], reply?: string): Promise<string[]> {
  const heard: string[] = [];
  const statuses = connection.status();
  void (async () => {
    for await (const status of statuses) {
      if (status.type === 'error') heard.push(/"(.*)"/.exec(status.error.message)?.[1] ?? status.error.message);
    }
  })();
  for (const subject of subjects) connection.publish(subject, '', reply === undefined ? {} : { reply });
  // The server answers in order: what it had to say was said before this.
  await connection.flush();
  // And was read by the loop above.
  await new Promise((resolve) => setTimeout(resolve));
  return subjects.filter((subject) => heard.includes(subject));
}

describe('events', () => {
  it.each([...CLIENTS])('%s publishes its own', async (client: ClientName) => {
    const own = publishedBy(client, []);
    const others = SUBJECTS.filter((subject) => !own.includes(subject));
    expect(await refused(await as(client), SUBJECTS)).toEqual(others);
  });

  it.each(['publisher', undefined] as const)('%s publishes what pipelines say, and nothing else', async (user) => {
    const others = SUBJECTS.filter((subject) => !(PUBLIC_SUBJECTS as readonly string[]).includes(subject));
    const more = [
      'dlq.x',
      '$KV.prunella_claims.x',
      '$JS.API.INFO',
      '$JS.API.STREAM.PURGE.PRUNELLA',
      'prunella.examine',
    ];
    expect(await refused(await as(user), [...SUBJECTS, ...more])).toEqual([...others, ...more]);
  });
});

it.each([...CLIENTS])('%s changes no stream, and makes no consumer of another', async (client) => {
  const streams = ['PRUNELLA', 'PRUNELLA_DLQ', 'KV_prunella_claims', 'KV_prunella_threads'];
  const requests = [
    ...streams.flatMap((stream) => ['CREATE', 'UPDATE', 'DELETE', 'PURGE'].map((verb) => `STREAM.${verb}.${stream}`)),
    ...streams.map((stream) => `DIRECT.GET.${stream}`),
    ...Object.keys(CONSUMERS)
      .filter((name) => !name.startsWith(`${client}-`))
      .flatMap((name) => [`CONSUMER.MSG.NEXT.PRUNELLA.${name}`, `CONSUMER.DELETE.PRUNELLA.${name}`]),
  ].map((request) => `$JS.API.${request}`);
  expect(await refused(await as(client), requests)).toEqual(requests);
});

it('no service reads or writes the buckets of others', async () => {
  for (const client of ['detector', 'diagnoser', 'auditor', 'playground'] as const) {
    const buckets = ['claims', 'budgets', 'decisions', 'timers'].map((name) => `prunella_${name}`);
    const asks = buckets.flatMap((name) => [`$KV.${name}.x`, `$JS.API.STREAM.MSG.GET.KV_${name}`]);
    expect(await refused(await as(client), [...asks, '$KV.prunella_api_tokens.x'])).toEqual([
      ...asks,
      ...(client === 'auditor' ? [] : ['$KV.prunella_api_tokens.x']),
    ]);
  }
});

it('a look that is refused does not say that there is nothing', async () => {
  const manager = await jetstreamManager(await as('detector'));
  await expect(lookAtStream(manager, GREEN_LOGS)).rejects.toThrow(/Permissions Violation/);
  expect(await lookAtStream(manager, { ...GREEN_LOGS, name: 'PRUNELLA' })).toMatchObject({ name: 'PRUNELLA' });
});

it('nobody listens in the inbox of another, or to events', async () => {
  const detector = await as('detector');
  for (const subject of ['_INBOX_remediator.>', '>', 'action.approved', '$KV.>', 'prunella.examined.*']) {
    await expect(
      new Promise((_, reject) =>
        detector.subscribe(subject, { callback: (error) => (error ? reject(error) : undefined) }),
      ),
    ).rejects.toThrow(/Permissions Violation for Subscription/);
  }
});

it('a publisher can lead no answer of the server into the account of the services', async () => {
  const manager = await jetstreamManager(admin.nats);
  const look = async () => (await manager.streams.info('PRUNELLA', { subjects_filter: 'action.*' })).state;
  const before = await look();
  const publisher = await as('publisher');
  for (const reply of ['$JS.API.STREAM.PURGE.PRUNELLA', '$KV.prunella_claims.x', 'action.approved']) {
    publisher.publish('pipeline.failed', '{"pipeline_id":"1"}', { reply });
  }
  await publisher.flush();
  // Its own answer comes after those.
  await publisher.request('pipeline.failed', '{"pipeline_id":"2"}');
  const { messages, subjects } = await look();
  expect(messages).toBe(before.messages + 4);
  expect(subjects).toEqual(before.subjects);
  expect(await (await admin.bucket('prunella_claims')).entries()).toEqual([]);
});

describe('a service that does more than it may', () => {
  let detector: Bus;
  beforeAll(async () => {
    detector = await Bus.connect({ servers: nats.urlOf('detector'), name: 'detector' });
  });
  afterAll(() => detector.close());

  it('stops at its own table', async () => {
    const executed = detector.publish('action.executed', { id: '1', data: {} as never });
    await expect(executed).rejects.toThrow(
      /the detector publishes action.executed, which .*rights.ts does not give it/,
    );
    expect(() => detector.bucket('prunella_claims')).toThrow(ConfigError);
    const lineage = await detector.bucket<object>('prunella_lineage');
    await expect(lineage.put('x', {})).rejects.toThrow(/prunella_lineage, which .* for reading only/);
  });

  it('is told at once which right is missing, where the server knows less than the table', async () => {
    const approved = { incidentId: 'inc_1', attempt: 1, action: 'retry', approved: true, by: 'ada' } as const;
    await expect(detector.publish('action.approved', { id: '1', data: approved as never })).rejects.toThrow(
      /NATS does not let this user publish on action.approved; .*prunella nats permissions/,
    );
  });

  it('is told that NATS_REPLICAS differs, where nothing else does', async () => {
    const manager = await jetstreamManager(admin.nats);
    const { config } = await manager.streams.info('PRUNELLA');
    // A server alone takes the number, and keeps it by itself.
    await manager.streams.update('PRUNELLA', { num_replicas: 3 });
    const connecting = Bus.connect({ servers: nats.urlOf('detector'), name: 'detector', replicas: 1 });
    await expect(connecting).rejects.toThrow(
      /NATS_REPLICAS is 1, and PRUNELLA is kept by 3: .*set NATS_REPLICAS=3, or run `prunella nats provision --replicas 1`/,
    );
    await manager.streams.update('PRUNELLA', { ...config, max_age: config.max_age / 2, num_replicas: 3 });
    await expect(Bus.connect({ servers: nats.urlOf('detector'), name: 'detector', replicas: 1 })).rejects.toThrow(
      /PRUNELLA is not there, or not as this version wants it/,
    );
    await manager.streams.update('PRUNELLA', config);
  });

  it('is told what to do where a stream is missing', async () => {
    const manager = await jetstreamManager(admin.nats);
    await manager.streams.delete('KV_prunella_pods');
    await expect(detector.bucket('prunella_pods')).rejects.toThrow(
      /prunella_pods is not there.*prunella nats provision/,
    );
  });
});

it('what the server was led to write into a bucket is no value', async () => {
  const remediator = await Bus.connect({ servers: nats.urlOf('remediator'), name: 'remediator' });
  const budgets = await remediator.bucket<{ attempts: number }>('prunella_budgets');
  await budgets.put('inc_1', { attempts: 3 });
  // Which a service's user can do on a server of NATS, whatever its permissions: the acknowledgement goes where it says.
  (await as('detector')).publish('pipeline.finished', '{}', { reply: '$KV.prunella_budgets.inc_1' });
  await expect(eventually(() => budgets.get('inc_1'))).rejects.toThrow(/expected a value that Prunella wrote/);
  expect(await budgets.entries()).toEqual([]);
  await remediator.close();
});

/** Calls until it throws. */
async function eventually(work: () => Promise<unknown>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; ) await work();
}
