import { Bus, type Consumption, consume, EVENTS, type Received } from '@prunella/bus';
import { startTestNats, type TestServer } from '@prunella/testing';
import { type Dropped, openPublisher, type Publisher, type PublisherOptions } from './index.ts';

const RUN = { pipelineId: 'ci', repository: 'acme/shop', runId: '17' };

let server: TestServer;
let bus: Bus;
let consumption: Consumption;
const events: Received[] = [];
const open: Publisher[] = [];

beforeAll(async () => {
  server = await startTestNats();
  bus = await Bus.connect({ servers: server.url, name: 'spec' });
  consumption = consume(bus, 'auditor-events', async (batch) => void events.push(...batch), {
    handled: () => undefined,
    retried: () => undefined,
    buried: () => undefined,
    interrupted: () => undefined,
  });
}, 60_000);

afterEach(async () => {
  await Promise.all(open.splice(0).map((publisher) => publisher.close(0)));
});

afterAll(async () => {
  await consumption.stop(1_000);
  await bus.close();
  await server.stop();
});

function publisher(source: string, options: Partial<PublisherOptions> = {}) {
  const dropped: Dropped[] = [];
  const retries: unknown[] = [];
  const it = openPublisher({
    servers: server.url,
    source,
    onDropped: (one) => dropped.push(one),
    onRetry: (error) => retries.push(error),
    ...options,
  });
  open.push(it);
  return { it, dropped, retries };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** What consumers of Prunella made of what this source told. */
async function heard(source: string, howMany: number): Promise<Received[]> {
  // A consumer gets an event again when the server was killed before it knew of the acknowledgement.
  const of = () => [
    ...new Map(events.filter((event) => event.source === source).map((event) => [event.seq, event])).values(),
  ];
  await until(() => of().length >= howMany, `${howMany} events of ${source}`);
  return of();
}

it('tells beginnings, endings and failures, in their order', async () => {
  const { it: p } = publisher('spec/order');
  void p.started(RUN);
  void p.finished({ ...RUN, conclusion: 'failure', jobs: [{ name: 'unit', conclusion: 'failure' }] });
  const receipt = await p.failed(
    { pipelineId: '42', error: { message: 'Connection timed out' } },
    { id: 'f-1', time: '2026-11-28T10:00:00Z', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
  );
  expect(receipt).toEqual({ stored: true, id: 'f-1', duplicate: false });
  const got = await heard('spec/order', 3);
  expect(got.map(({ subject, id }) => [subject, id])).toEqual([
    ['pipeline.started', 'acme%2Fshop/ci/17/1/started'],
    ['pipeline.finished', 'acme%2Fshop/ci/17/1/finished'],
    ['pipeline.failed', 'f-1'],
  ]);
  expect(got[1]?.data).toMatchObject({ ...RUN, platform: 'generic', kind: 'run', jobs: [{ name: 'unit' }] });
  expect(got[2]).toMatchObject({ time: '2026-11-28T10:00:00Z', traceparent: expect.stringMatching(/^00-a+-b+-01$/) });
});

it('tells the same thing once, whoever tells it', async () => {
  const [first, second] = [publisher('spec/same').it, publisher('spec/same').it];
  expect(await first.finished({ ...RUN, conclusion: 'success' })).toMatchObject({ stored: true, duplicate: false });
  expect(await second.finished({ ...RUN, conclusion: 'success' })).toMatchObject({ stored: true, duplicate: true });
  expect(await second.close()).toEqual({ stored: 1, duplicates: 1, dropped: 0 });
});

it('waits through an outage of NATS, and has nothing lost or told twice', async () => {
  const { it: p, dropped, retries } = publisher('spec/outage');
  const tell = (n: number) => p.finished({ ...RUN, runId: String(n), conclusion: 'success' });
  expect(await tell(0)).toMatchObject({ stored: true });
  await server.kill();
  const receipts = Array.from({ length: 99 }, (_, n) => tell(n + 1));
  await until(() => retries.length > 0, 'it was tried in vain');
  await server.restart();
  expect((await Promise.all(receipts)).every(({ stored }) => stored)).toBe(true);
  expect(await p.close()).toMatchObject({ stored: 100, dropped: 0 });
  expect(dropped).toEqual([]);
  const runs = (await heard('spec/outage', 100)).map(({ data }) => ('runId' in data ? data.runId : ''));
  expect(new Set(runs).size).toBe(100);
  expect(runs).toHaveLength(100);
}, 90_000);

it('drops what does not fit the contract, naming the field, and goes on', async () => {
  const { it: p, dropped } = publisher('spec/invalid');
  const draft = { ...RUN, conclusion: 'exploded' as 'failure' };
  const receipt = await p.finished(draft);
  expect(receipt).toMatchObject({ stored: false, reason: 'invalid', detail: expect.stringMatching(/^conclusion: /) });
  expect(await p.failed({ pipelineId: '' })).toMatchObject({ detail: expect.stringMatching(/^pipelineId: expected/) });
  expect(await p.failed({ pipelineId: 'ok' })).toMatchObject({ stored: true });
  expect(dropped).toMatchObject([{ subject: 'pipeline.finished' }, { subject: 'pipeline.failed' }]);
});

describe('where no NATS is', () => {
  const NOWHERE = { servers: 'nats://127.0.0.1:1' };

  it('keeps no more than there is room for', async () => {
    const { it: p, dropped } = publisher('spec/room', { ...NOWHERE, most: 2 });
    void p.failed({ pipelineId: '1' });
    void p.failed({ pipelineId: '2' });
    expect(await p.failed({ pipelineId: '3' }, { id: 'third' })).toMatchObject({ reason: 'buffer-full', id: 'third' });
    expect(dropped).toHaveLength(1);
    const large = publisher('spec/bytes', { ...NOWHERE, mostBytes: 1_000 });
    const message = 'x'.repeat(1_000);
    expect(await large.it.failed({ pipelineId: '1', error: { message } })).toMatchObject({ reason: 'buffer-full' });
  });

  it('gives up what is too old, saying what went wrong', async () => {
    const { it: p } = publisher('spec/old', { ...NOWHERE, keepMs: 50 });
    const receipt = await p.failed({ pipelineId: '1' });
    expect(receipt).toMatchObject({
      reason: 'too-old',
      detail: expect.stringMatching(/not stored within 50 ms: connection refused/),
    });
  });

  it('is closed in time, and says what was lost', async () => {
    const { it: p, dropped } = publisher('spec/closed', NOWHERE);
    const receipt = p.failed({ pipelineId: '1' });
    expect(await p.close(50)).toEqual({ stored: 0, duplicates: 0, dropped: 1 });
    expect(await receipt).toMatchObject({ stored: false, reason: 'closed' });
    expect(await p.failed({ pipelineId: '2' })).toMatchObject({ reason: 'closed' });
    expect(dropped).toHaveLength(2);
  });
});

it('drops what the server never takes, and nothing else', async () => {
  const manager = await bus.jetstream.jetstreamManager();
  await manager.streams.update(EVENTS.name, { max_msg_size: 2_000 });
  const { it: p } = publisher('spec/large');
  const large = p.failed({ pipelineId: '1', error: { message: 'x'.repeat(3_000) } });
  const small = p.failed({ pipelineId: '2' });
  expect(await large).toMatchObject({ stored: false, reason: 'refused', detail: expect.stringMatching(/size/) });
  expect(await small).toMatchObject({ stored: true });
  await manager.streams.update(EVENTS.name, { max_msg_size: -1 });
});
