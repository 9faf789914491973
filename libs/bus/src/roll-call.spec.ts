import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startTestNats, type TestServer } from '@prunella/testing';
import { answerRollCalls, rollCall } from './roll-call.ts';

let server: TestServer;
let asker: NatsConnection;
let members: NatsConnection[];

beforeAll(async () => {
  server = await startTestNats();
  asker = await connect({ servers: server.url });
});
beforeEach(() => {
  members = [];
});
afterEach(() => Promise.all(members.map((member) => member.close())));
afterAll(async () => {
  await asker?.close();
  await server?.stop();
});

async function join(name: string, instance: string, answer: (question: unknown) => Promise<unknown>): Promise<void> {
  const nats = await connect({ servers: server.url });
  members.push(nats);
  answerRollCalls(nats, 'who.is.there', { name, instance }, answer);
  await nats.flush();
}

const ask = (expected: string[], withinMs = 20_000) =>
  rollCall(asker, { subject: 'who.is.there', question: { x: 1 }, expected, hereWithinMs: 3_000, withinMs });

it('gets an answer of each, also of several of a kind, and passes the question on', async () => {
  await join('a', 'a1', async (question) => question);
  await join('a', 'a2', async () => 'two');
  // Slower than it takes to say who is there.
  await join('b', 'b1', () => new Promise((resolve) => setTimeout(() => resolve('late'), 1_500)));
  const { answers, silent } = await ask(['a', 'b']);
  expect(answers.toSorted((x, y) => (x.instance < y.instance ? -1 : 1))).toEqual([
    { name: 'a', instance: 'a1', answer: { x: 1 } },
    { name: 'a', instance: 'a2', answer: 'two' },
    { name: 'b', instance: 'b1', answer: 'late' },
  ]);
  expect(silent).toEqual([]);
}, 30_000);

it('knows who is there and does not answer', async () => {
  await join('a', 'a1', async () => 'one');
  await join('b', 'b1', () => new Promise(() => undefined));
  expect(await ask(['a', 'b'], 2_000)).toEqual({
    answers: [{ name: 'a', instance: 'a1', answer: 'one' }],
    silent: [{ name: 'b', instance: 'b1' }],
  });
}, 30_000);

it('ends where nobody is there, or not all who should be', async () => {
  expect(await ask(['a'])).toEqual({ answers: [], silent: [] });
  await join('b', 'b1', async () => 'here');
  expect((await ask(['a', 'b'])).answers).toHaveLength(1);
}, 30_000);

it('hears nothing that is no answer', async () => {
  const nats = await connect({ servers: server.url });
  members.push(nats);
  nats.subscribe('who.is.there', {
    callback: (_, message) => {
      for (const text of ['no JSON', '7', 'null', '{"name":1}']) message.respond(text);
    },
  });
  await nats.flush();
  expect(await ask([])).toEqual({ answers: [], silent: [] });
}, 30_000);
