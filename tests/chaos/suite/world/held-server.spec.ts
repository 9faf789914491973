import { readFile } from 'node:fs/promises';
import { startPostgres } from '@prunella/embedded';
import { temporaryHome } from '@prunella/testing';
import pg from 'pg';
import { until } from '../../../support/until.ts';
import { HeldServer } from './held-server.ts';

let server: HeldServer;
let client: pg.Client;
let port = 0;
let url = '';
/** So many starts more fail, as on a full disk. */
let failing = 0;

beforeAll(async () => {
  const home = await temporaryHome();
  server = await HeldServer.start(async () => {
    if (failing-- > 0) throw new Error('no space left on device');
    const started = await startPostgres({ home, port, durable: false });
    url = started.url;
    port = Number(new URL(url).port);
    return started;
  });
}, 60_000);
afterAll(() => server?.stop());

beforeEach(async () => {
  client = new pg.Client({ connectionString: url });
  // It is killed.
  client.on('error', () => undefined);
  await client.connect();
});
afterEach(() => client.end().catch(() => undefined));

async function backend(): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** `T`: it stands still. */
async function stateOf(pid: number): Promise<string | undefined> {
  return /^State:\s+(\w)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
}

it('gives no answer on an open connection while it stands still, and the answer afterwards', async () => {
  const pid = await backend();
  const goOn = await server.pause();
  await until(async () => (await stateOf(pid)) === 'T', 'the process of the connection stands still');
  let isAnswered = false;
  const answer = backend().then((again) => {
    isAnswered = true;
    return again;
  });
  expect(await Promise.race([answer, silence()])).toBe('nothing');
  expect(isAnswered).toBe(false);
  await goOn();
  expect(await answer).toBe(pid);
});

/** So long an answer of a server that runs would not take. */
function silence(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 300, 'nothing'));
}

it('comes up again when it is killed while it stands still', async () => {
  const goOn = await server.pause();
  const letUp = await server.hold('kill');
  await letUp();
  await goOn();
  const again = new pg.Client({ connectionString: url });
  await again.connect();
  await again.end();
});

it('comes up as soon as nothing keeps it from that any more', async () => {
  const letUp = await server.hold('kill');
  failing = 2;
  await letUp();
  const again = new pg.Client({ connectionString: url });
  await again.connect();
  await again.end();
});

it('tells of what it met: nothing while it is down', async () => {
  let times = 0;
  const hit = () => {
    times += 1;
  };
  const letUp = await server.hold('stop', hit);
  const [goOn, letUpToo] = [await server.pause(hit), await server.hold('kill', hit)];
  expect(times).toBe(1);
  for (const end of [goOn, letUp, letUpToo]) await end();
  await (await server.pause(hit))();
  expect(times).toBe(2);
});
