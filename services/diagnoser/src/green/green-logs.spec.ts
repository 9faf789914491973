import { randomBytes } from 'node:crypto';
import { Bus, GREEN_LOGS } from '@prunella/bus';
import { startTestNats, type TestServer } from '@prunella/testing';
import { type JobKey, StoredGreenLogs } from './green-logs.ts';

let nats: TestServer;
let bus: Bus;
let logs: StoredGreenLogs;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  logs = new StoredGreenLogs(bus);
});

afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

const key = (job: string, changes: Partial<JobKey> = {}): JobKey => ({
  repository: 'acme/shop',
  pipeline: 'acme/shop/.github/workflows/ci.yml',
  job,
  ...changes,
});

async function everything(): Promise<{ id: string; text: string }[]> {
  const found = [];
  for await (const log of logs.all()) found.push(log);
  return found;
}

it('has nothing of a job that was never put there', async () => {
  expect(await logs.last(key('nothing'))).toEqual([]);
  expect(await logs.stored(key('nothing'))).toEqual([]);
});

it('keeps the last two of each job, the newest first, with their times', async () => {
  const before = Date.now();
  for (const text of ['first', 'second', 'third']) await logs.put(key('build'), text);
  await logs.put(key('lint'), 'lint');
  await logs.put(key('build', { repository: 'acme/blog' }), 'blog');
  await logs.put(key('build', { pipeline: 'nightly' }), 'nightly');
  expect(await logs.last(key('build'))).toEqual(['third', 'second']);
  expect(await logs.last(key('lint'))).toEqual(['lint']);
  expect(await logs.last(key('build', { repository: 'acme/blog' }))).toEqual(['blog']);
  const [newest] = await logs.stored(key('build'));
  expect(newest?.storedAt).toBeGreaterThanOrEqual(before - 1_000);
  expect(newest?.storedAt).toBeLessThanOrEqual(Date.now() + 1_000);
});

it('the same text again pushes nothing out', async () => {
  for (const text of ['a', 'b', 'a', 'b', 'b']) await logs.put(key('again'), text);
  expect(await logs.last(key('again'))).toEqual(['b', 'a']);
});

it('lets many write at a time, from more than one place', async () => {
  const other = await Bus.connect({ servers: nats.url, name: 'replica' });
  const replica = new StoredGreenLogs(other);
  await Promise.all(
    Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? logs : replica).put(key('busy'), `log ${at}`)),
  );
  await Promise.all([logs, replica].map((one) => one.put(key('same'), 'the same')));
  expect(await replica.last(key('busy'))).toEqual([
    expect.stringMatching(/^log \d+$/),
    expect.stringMatching(/^log \d+$/),
  ]);
  expect(await logs.last(key('same'))).toEqual(['the same']);
  await other.close();
});

it('keeps no secret', async () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const material = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7';
  const text = `fine\nexport TOKEN=${token}\n-----BEGIN PRIVATE KEY-----\n${material}\n-----END PRIVATE KEY-----\nalso fine\n`;
  await logs.put(key('leaky'), text);
  const [kept = ''] = await logs.last(key('leaky'));
  expect(kept).not.toMatch(/ghp_|MIIE/);
  expect(kept.split('\n')).toHaveLength(text.split('\n').length);
  expect(kept).toMatch(/^fine\n(?:.*\n)+also fine\n$/);
});

it('keeps the end of a log that is too long even when it is packed', async () => {
  const lines = Array.from({ length: 60_000 }, (_, at) => `${at} ${randomBytes(32).toString('hex')}`);
  await logs.put(key('long'), lines.join('\n'));
  const [kept = ''] = await logs.last(key('long'));
  expect(kept.split('\n').at(-1)).toBe(lines.at(-1));
  expect(kept.split('\n').length).toBeLessThan(lines.length);
  await logs.put(key('long'), lines.join('\n'));
  expect(await logs.last(key('long'))).toHaveLength(1);
  const manager = await bus.jetstream.jetstreamManager();
  const { state } = await manager.streams.info(GREEN_LOGS.name);
  const message = await manager.streams.getMessage(GREEN_LOGS.name, { seq: state.last_seq });
  expect(message?.data.length).toBeLessThanOrEqual(2 * 1024 ** 2);
  expect(message?.data.length).toBeGreaterThan(512 * 1024);
});

it('is bounded by the server in size and age, and forgets the oldest when it is full', async () => {
  const manager = await bus.jetstream.jetstreamManager();
  const { config } = await manager.streams.info(GREEN_LOGS.name);
  expect(config).toMatchObject({
    max_msgs_per_subject: 2,
    max_bytes: 512 * 1024 ** 2,
    max_age: 30 * 86_400_000 * 1_000_000,
    storage: 'file',
    discard: 'old',
  });
  await manager.streams.purge(GREEN_LOGS.name);
  await manager.streams.update(GREEN_LOGS.name, { max_bytes: 4_000 });
  for (let job = 0; job < 8; job++) await logs.put(key(`full ${job}`), randomBytes(500).toString('hex'));
  const kept = await Promise.all(Array.from({ length: 8 }, (_, job) => logs.last(key(`full ${job}`))));
  expect(kept[0]).toEqual([]);
  expect(kept[7]).toHaveLength(1);
  await manager.streams.update(GREEN_LOGS.name, { max_bytes: config.max_bytes });
});

it('gives all, each with an id of its own, and passes over what is no log', async () => {
  const manager = await bus.jetstream.jetstreamManager();
  await manager.streams.purge(GREEN_LOGS.name);
  await logs.put(key('build'), 'one');
  await bus.jetstream.publish('green.job_strange', 'not packed');
  await logs.put(key('build'), 'two');
  await logs.put(key('lint'), 'three');
  const found = await everything();
  expect(found.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  expect(new Set(found.map(({ id }) => id)).size).toBe(3);
});

it('is ready again when the server had no room at first, and when the stream is gone', async () => {
  const manager = await bus.jetstream.jetstreamManager();
  await manager.streams.delete(GREEN_LOGS.name);
  await manager.streams.add({ name: 'IN_THE_WAY', subjects: ['green.>'] });
  const fresh = new StoredGreenLogs(bus);
  await expect(fresh.last(key('build'))).rejects.toThrow(/overlap/);
  await manager.streams.delete('IN_THE_WAY');
  await fresh.put(key('build'), 'fine');
  expect(await fresh.last(key('build'))).toEqual(['fine']);
  await manager.streams.delete(GREEN_LOGS.name);
  await expect(fresh.last(key('build'))).rejects.toThrow();
  expect(await fresh.last(key('build'))).toEqual([]);
});

it('still has them after the server was started again', async () => {
  await logs.put(key('lasting'), 'still here');
  await nats.kill();
  await nats.restart();
  const again = await Bus.connect({ servers: nats.url, name: 'again' });
  expect(await new StoredGreenLogs(again).last(key('lasting'))).toEqual(['still here']);
  await again.close();
});
