import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { ActionApproved } from '@prunella/contracts';
import { type GuardedNats, startGuardedNats, startTestNats, type TestServer } from '@prunella/testing';
import { Bus } from './bus.ts';
import { messageIds } from './message-ids.ts';
import { provision } from './provision.ts';
import type { ClientName } from './rights/rights.ts';
import { EVENTS } from './topology.ts';

/** Whoever publishes on a stream could take the ids that others are about to use there. On real servers, one of them with the users of an installation. */

const open: Bus[] = [];

afterEach(async () => {
  for (const bus of open.splice(0)) await bus.close();
});

const approval: ActionApproved = {
  incidentId: 'inc_1',
  attempt: 1,
  action: 'retry',
  approved: true,
  by: 'ada',
  reason: '',
};

async function connected(servers: string, name: string): Promise<Bus> {
  const bus = await Bus.connect({ servers, name });
  open.push(bus);
  return bus;
}

describe('an id', () => {
  const event = { subject: 'action.approved', source: 'prunella/auditor', id: 'app_1' } as const;
  const ids = messageIds('a');

  it('is the same for the same event', () => {
    expect(messageIds('a')(event)).toBe(ids(event));
  });

  it.each([
    ['secret', messageIds('b')(event)],
    ['subject', ids({ ...event, subject: 'diagnosis.made' })],
    ['source', ids({ ...event, source: 'prunella/detector' })],
    ['id', ids({ ...event, id: 'app_2' })],
  ])('is another one with another %s', (_, other) => {
    expect(other).not.toBe(ids(event));
  });
});

describe('with users', () => {
  let nats: GuardedNats;
  let publisher: NatsConnection;

  beforeAll(async () => {
    nats = await startGuardedNats();
    const { username, password, host } = new URL(nats.urlOf('publisher'));
    publisher = await connect({ servers: host, user: username, pass: password });
  });
  afterAll(async () => {
    await publisher.close();
    await nats.stop();
  });

  const as = (name: ClientName) => connected(nats.urlOf(name), name);

  /** What the publishers' account lets them say, with an id of their choice. */
  async function tell(id: string): Promise<{ seq: number; duplicate: boolean }> {
    const header = headers();
    header.set('Nats-Msg-Id', id);
    const answer = await publisher.request('pipeline.started', '{"pipeline_id":"1"}', {
      headers: header,
      timeout: 5_000,
    });
    const { seq, duplicate = false } = answer.json<{ seq: number; duplicate?: boolean }>();
    return { seq, duplicate };
  }

  it('a publisher that knows source and id of an event can’t keep it off the stream', async () => {
    const auditor = await as('auditor');
    const taken = [await tell('prunella/auditor#app_1'), await tell('app_1')];
    expect(taken.map(({ duplicate }) => duplicate)).toEqual([false, false]);
    const sent = await auditor.publish('action.approved', { id: 'app_1', data: approval });
    expect(sent.duplicate).toBe(false);
    expect((await auditor.messageIn(EVENTS, { last_by_subj: 'action.approved' }))?.seq).toBe(sent.seq);
    expect(await auditor.publish('action.approved', { id: 'app_1', data: approval })).toEqual({
      seq: sent.seq,
      duplicate: true,
    });
  });

  it('what a publisher tells twice under one id is there once', async () => {
    const first = await tell('mine#1');
    expect(await tell('mine#1')).toEqual({ seq: first.seq, duplicate: true });
  });

  it('a service that finds no secret, and may not make it, says what to run; then it goes on', async () => {
    const admin = await connected(nats.urlOf('admin'), 'admin');
    await (await admin.bucket('prunella_message_ids')).delete('secret');
    await expect(as('detector')).rejects.toThrow(/\$KV\.prunella_message_ids\.secret; .*prunella nats provision/);
    await provision({ servers: nats.urlOf('admin') });
    await as('detector');
  });

  it('a service starts with no secret that somebody else wrote', async () => {
    const admin = await connected(nats.urlOf('admin'), 'admin');
    await admin.jetstream.publish('$KV.prunella_message_ids.secret', '{"secret":"known"}');
    await expect(as('detector')).rejects.toThrow(/expected a value that Prunella wrote/);
  });
});

describe('without users', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestNats();
  });
  afterAll(() => server.stop());

  it('many who come to a new server at once make the same ids, and who comes after a restart', async () => {
    const first = await Promise.all(Array.from({ length: 8 }, () => connected(server.url, 'auditor')));
    const sent = await Promise.all(first.map((bus) => bus.publish('action.approved', { id: 'once', data: approval })));
    expect(sent.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    await server.restart();
    const later = await connected(server.url, 'auditor');
    expect((await later.publish('action.approved', { id: 'once', data: approval })).duplicate).toBe(true);
  });

  it('when the secret is lost an event that is told again is there twice, and nothing worse', async () => {
    const before = await connected(server.url, 'auditor');
    const told = () => ({ id: 'again', data: approval });
    const sent = await before.publish('action.approved', told());
    const spec = await connected(server.url, 'spec');
    await (await spec.bucket('prunella_message_ids')).delete('secret');
    const after = await connected(server.url, 'auditor');
    const again = await after.publish('action.approved', told());
    expect([sent.duplicate, again.duplicate, again.seq > sent.seq]).toEqual([false, false, true]);
  });
});
