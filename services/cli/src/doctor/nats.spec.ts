import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { EVENTS } from '@prunella/bus';
import { type GuardedNats, startGuardedNats, startTestNats } from '@prunella/testing';
import { lookAtNats } from './nats.ts';

const look = async (servers: string) => (await lookAtNats(servers, {})).findings;

it('says that a service makes the streams, where it may', async () => {
  const nats = await startTestNats();
  expect(await look(nats.url)).toContainEqual(
    expect.objectContaining({ state: 'bad', name: 'events', mend: expect.stringMatching(/^start a service/) }),
  );
  await nats.stop();
});

describe('with users', () => {
  let nats: GuardedNats;
  beforeAll(async () => {
    nats = await startGuardedNats();
  });
  afterAll(() => nats.stop());

  it('finds nothing wrong with what is there', async () => {
    expect((await look(nats.urlOf('cli'))).map(({ name, state }) => [name, state])).toEqual([
      ['NATS', 'ok'],
      ['events', 'ok'],
      ['dead letters', 'ok'],
    ]);
  });

  it('says who makes the streams', async () => {
    const { username, password, host } = new URL(nats.urlOf('admin'));
    const admin = await connect({ servers: host, user: username, pass: password });
    await (await jetstreamManager(admin)).streams.delete(EVENTS.name);
    await admin.close();
    expect(await look(nats.urlOf('cli'))).toContainEqual(
      expect.objectContaining({
        state: 'bad',
        name: 'events',
        mend: expect.stringContaining('prunella nats provision'),
      }),
    );
  });

  it('says that this user may not look, not that there is no JetStream', async () => {
    expect(await look(nats.urlOf('publisher'))).toEqual([
      expect.objectContaining({ state: 'bad', name: 'NATS', found: expect.stringContaining('does not let this user') }),
    ]);
  });
});
