import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type RunningService, startService } from '@prunella/service-kit';
import { startTestNats, type TestServer } from '@prunella/testing';
import { until } from '../../test/stream.ts';
import { type Proof, type Row, webhookProofs } from '../../test/webhook-proofs.ts';
import { detector } from '../service.ts';
import { sources } from './index.ts';

/** Shorter than the time between two requests here: what a week later is to the stream's own memory. */
const FORGETS_MS = 100;
const SIX_MINUTES_MS = 6 * 60_000;

let nats: TestServer;
let bus: Bus;
/** Knows all secrets. */
let service: RunningService;
/** Knows none. */
let unset: RunningService;

const rows = await webhookProofs();
const named = rows.map((row, at): [string, Row] => [`${row.source} ${at}, ${row.variable}`, row]);

beforeAll(async () => {
  nats = await startTestNats();
  const usual = { NATS_URL: nats.url, PORT_DETECTOR: '0', LOG_LEVEL: 'silent' };
  const secrets = Object.fromEntries(rows.map(({ variable, secret }) => [variable, secret]));
  [service, unset] = await Promise.all([
    startService(detector, { ...usual, ...secrets }),
    startService(detector, usual),
  ]);
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
}, 60_000);

afterAll(async () => {
  await bus?.close();
  await Promise.all([service?.close(), unset?.close()]);
  await nats?.stop();
});

async function post(row: Row, proof: Proof, to = service, more: Record<string, string> = {}) {
  const path = sources.find(({ name }) => name === row.source)?.path ?? '';
  const response = await fetch(new URL(`${path}${proof.query ?? ''}`, to.url), {
    method: 'POST',
    body: row.body,
    headers: { ...row.headers, ...proof.headers, ...more },
  });
  return { status: response.status, body: (await response.json()) as { id?: string; detail?: string } };
}

/** How often each event is on the stream, once all that came is told, and what follows from it too. */
async function told(): Promise<Map<string, number>> {
  await until(async () => (await (await bus.bucket('prunella_completions')).entries()).length === 0, 'all is told');
  await until(async () => {
    const { num_pending, num_ack_pending } = await (await finished()).info();
    return num_pending + num_ack_pending === 0;
  }, 'all that is told is judged');
  const stream = await bus.jetstream.streams.get(EVENTS.name);
  const { state } = await stream.info();
  const counts = new Map<string, number>();
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const message = await stream.getMessage({ seq });
    const id = `${message?.subject} ${message?.header.get('Nats-Msg-Id')}`;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** The consumer that makes failures of completions. */
const finished = async () => await bus.jetstream.consumers.get(EVENTS.name, 'detector-finished');

async function toldTwice(): Promise<string[]> {
  return [...(await told())].filter(([, count]) => count > 1).map(([id]) => id);
}

it('has a row for each webhook of the detector', () => {
  expect([...new Set(rows.map(({ source }) => source))].sort()).toEqual(sources.map(({ name }) => name).sort());
});

describe.each(named)('%s', (_, row) => {
  const { secret } = row;

  it('without its secret, or with another one, is refused and tells nothing', async () => {
    const before = await told();
    const proofs: Proof[] = [{}, ...row.others.map((it) => row.proof(it, Date.now()))];
    for (const proof of proofs) {
      const { status, body } = await post(row, proof);
      expect([status, JSON.stringify(body).includes(secret)]).toEqual([401, false]);
    }
    const since = [...(await told()).keys()].filter((id) => !before.has(id));
    expect(since).toEqual([]);
  });

  it('with the right secret is refused where none is set', async () => {
    const { status, body } = await post(row, row.proof(secret, Date.now()), unset);
    expect(status).toBe(401);
    expect(body.detail).toContain(row.variable);
  });

  it('is taken with it, and the same again tells nothing new', async () => {
    const proof = row.proof(secret, Date.now());
    const first = await post(row, proof);
    expect([first.status, typeof first.body.id]).toEqual([row.source === 'slack' ? 200 : 202, 'string']);
    for (const changes of [{}, row.again ?? {}]) {
      expect((await post(row, proof, service, changes)).body.id).toBe(first.body.id);
    }
    expect(await toldTwice()).toEqual([]);
  });

  it('is refused when it was signed long ago, or will be', async () => {
    for (const shift of row.isDated ? [-SIX_MINUTES_MS, SIX_MINUTES_MS] : []) {
      expect((await post(row, row.proof(secret, Date.now() + shift))).status).toBe(401);
    }
    const dated = named.filter(([, { isDated }]) => isDated).map(([, { variable }]) => variable);
    expect(dated).toEqual(['GITLAB_WEBHOOK_SIGNING_TOKEN', 'SLACK_SIGNING_SECRET']);
  });
});

// Last: the stream is another one then. Who holds a token need not record anything to tell something twice; what is signed without a date can be recorded.
it('what somebody recorded and sends long after, as if it were new, tells nothing', async () => {
  const { streams } = await bus.jetstream.jetstreamManager();
  const { config } = await streams.info(EVENTS.name);
  await streams.update(EVENTS.name, { ...config, duplicate_window: FORGETS_MS * 1_000_000 });
  await sleep(5 * FORGETS_MS);
  const signed = rows.filter(({ again }) => again !== undefined);
  expect(signed.map(({ variable }) => variable)).toEqual(['GITHUB_WEBHOOK_SECRET', 'GITLAB_WEBHOOK_SIGNING_TOKEN']);
  for (const row of signed) {
    const proof = row.proof(row.secret, Date.now());
    const asNew = Object.fromEntries(Object.keys(row.again ?? {}).map((name) => [name, 'never sent before']));
    for (const changes of [{}, asNew]) {
      expect(await post(row, proof, service, changes)).toMatchObject({ body: { duplicate: true } });
    }
  }
  expect(await toldTwice()).toEqual([]);
});
