import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { NameServer, startTestPostgres, type TestServer } from '@prunella/testing';
import { type ProbeTarget, probe } from './probe.ts';

/** Far longer than anything here takes; what is to be late is given less. */
const PATIENT_MS = 20_000;
const LATE_MS = 300;
const TOKEN = 'a-token';
const SECRETS = { DEPENDENCY_TOKEN: TOKEN, DEPENDENCY_EMPTY: '' };

let postgres: TestServer;
let names: NameServer;
const servers: Server[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  [postgres, names] = await Promise.all([startTestPostgres(), NameServer.start()]);
  names.addresses.set('registry.example', '192.0.2.7');
}, 60_000);

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  await Promise.all([postgres?.stop(), names?.stop()]);
});

async function listening<S extends Server>(server: S): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** An HTTP server that answers like this. */
async function web(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createHttpServer(answer))}`;
}

/** A port where nobody is any more. */
async function nobody(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function look(target: ProbeTarget, timeoutMs = PATIENT_MS) {
  return probe(target, SECRETS, timeoutMs);
}

describe('http', () => {
  it.each`
    status | expect        | kind
    ${200} | ${undefined}  | ${'ok'}
    ${204} | ${undefined}  | ${'ok'}
    ${404} | ${undefined}  | ${'failed'}
    ${503} | ${undefined}  | ${'failed'}
    ${403} | ${[401, 403]} | ${'ok'}
    ${200} | ${403}        | ${'failed'}
  `('$status where $expect is expected: $kind', async ({ status, expect: wanted, kind }) => {
    const url = await web((_, response) => response.writeHead(status).end());
    expect(await look({ kind: 'http', url: `${url}/health?token=secret`, expect: wanted })).toEqual({
      kind,
      says: expect.stringMatching(new RegExp(`^${url}/health answered HTTP ${status}`)),
    });
  });

  it('goes nowhere but to the address', async () => {
    let asked = 0;
    const inside = await web((_, response) => {
      asked += 1;
      response.end();
    });
    const url = await web((_, response) => response.writeHead(302, { location: inside }).end());
    expect(await look({ kind: 'http', url })).toMatchObject({
      kind: 'failed',
      says: expect.stringContaining('not followed'),
    });
    expect(asked).toBe(0);
  });

  it('shows its token, and says nothing of the dependency where that is not set', async () => {
    const url = await web((request, response) => {
      response.writeHead(request.headers.authorization === `Bearer ${TOKEN}` ? 200 : 401).end();
    });
    expect(await look({ kind: 'http', url })).toMatchObject({ kind: 'failed' });
    expect(await look({ kind: 'http', url, tokenFrom: 'DEPENDENCY_TOKEN' })).toMatchObject({ kind: 'ok' });
    for (const tokenFrom of ['DEPENDENCY_EMPTY', 'DEPENDENCY_OTHER']) {
      expect(await look({ kind: 'http', url, tokenFrom })).toEqual({ kind: 'no-data', why: `${tokenFrom} is not set` });
    }
  });

  it('fails where nobody answers, or too late', async () => {
    const gone = `http://127.0.0.1:${await nobody()}/`;
    expect(await look({ kind: 'http', url: gone })).toEqual({
      kind: 'failed',
      says: `${gone} does not answer: ECONNREFUSED`,
    });
    const silent = await web(() => undefined);
    expect(await look({ kind: 'http', url: silent }, LATE_MS)).toEqual({
      kind: 'failed',
      says: `${silent}/ did not answer in time`,
    });
  });
});

describe('registry', () => {
  it.each`
    status | headers                                     | kind
    ${200} | ${{}}                                       | ${'ok'}
    ${401} | ${{ 'www-authenticate': 'Bearer realm=x' }} | ${'ok'}
    ${401} | ${{}}                                       | ${'failed'}
    ${404} | ${{}}                                       | ${'failed'}
    ${503} | ${{}}                                       | ${'failed'}
    ${301} | ${{ location: '/' }}                        | ${'failed'}
  `('$status $headers: $kind', async ({ status, headers, kind }) => {
    const asked: unknown[] = [];
    const url = await web((request, response) => {
      asked.push(request.url);
      response.writeHead(status, headers).end();
    });
    expect(await look({ kind: 'registry', url: `${url}/` })).toMatchObject({ kind });
    expect(asked).toEqual(['/v2/']);
  });
});

describe('tcp', () => {
  it('a port that takes connections is there, one that refuses them is not', async () => {
    const port = await listening(createServer());
    expect(await look({ kind: 'tcp', host: '127.0.0.1', port })).toMatchObject({ kind: 'ok' });
    expect(await look({ kind: 'tcp', host: '127.0.0.1', port: await nobody() })).toMatchObject({ kind: 'failed' });
  });
});

describe('dns', () => {
  const target = (host: string): ProbeTarget => ({ kind: 'dns', host, record: 'A', server: names.address });

  it('a name that has an address is there', async () => {
    expect(await look(target('registry.example'))).toMatchObject({
      kind: 'ok',
      says: expect.stringContaining('1 answer'),
    });
    expect(await look(target('other.example'))).toMatchObject({
      kind: 'failed',
      says: expect.stringContaining('ENOTFOUND'),
    });
    expect(await look({ ...target('registry.example'), record: 'AAAA' } as ProbeTarget)).toMatchObject({
      kind: 'failed',
      says: expect.stringContaining('ENODATA'),
    });
  });

  it('a name server that fails or is silent has no answer', async () => {
    names.mood = 'failing';
    expect(await look(target('registry.example'))).toMatchObject({
      kind: 'failed',
      says: expect.stringContaining('ESERVFAIL'),
    });
    names.mood = 'silent';
    expect(await look(target('registry.example'), LATE_MS)).toMatchObject({
      kind: 'failed',
      says: expect.stringContaining('did not answer in time'),
    });
    names.mood = 'well';
  });
});

describe('postgresql', () => {
  function target(changes: Record<string, unknown> = {}): ProbeTarget {
    const { port, username, pathname } = new URL(postgres.url);
    return {
      ...{ kind: 'postgresql', host: '127.0.0.1', port: Number(port), user: username, tls: false },
      database: pathname.slice(1),
      ...changes,
    } as ProbeTarget;
  }

  /** Answers everybody with this, as a server that starts up does. */
  function refusing(sqlState: string, message: string): Promise<number> {
    const fields = Buffer.from(`SFATAL\0C${sqlState}\0M${message}\0\0`);
    const head = Buffer.from('E\0\0\0\0', 'latin1');
    head.writeInt32BE(fields.length + 4, 1);
    return listening(createServer((socket) => socket.once('data', () => socket.end(Buffer.concat([head, fields])))));
  }

  it('a server that takes connections is there, also where the user is made up', async () => {
    expect(await look(target())).toMatchObject({ kind: 'ok', says: expect.stringContaining('accepts connections') });
    expect(await look(target({ user: 'nobody', database: 'nowhere' }))).toMatchObject({ kind: 'ok' });
  });

  it('with a password it has to answer SELECT 1', async () => {
    const password = decodeURIComponent(new URL(postgres.url).password);
    const secrets = { DEPENDENCY_DB: password || 'none-needed' };
    const logged = target({ passwordFrom: 'DEPENDENCY_DB' });
    expect(await probe(logged, secrets, PATIENT_MS)).toMatchObject({
      kind: 'ok',
      says: expect.stringContaining('SELECT 1'),
    });
    const other = target({ passwordFrom: 'DEPENDENCY_DB', database: 'nowhere' });
    expect(await probe(other, secrets, PATIENT_MS)).toMatchObject({
      kind: 'failed',
      says: expect.stringContaining('does not exist'),
    });
    expect(await probe(logged, {}, PATIENT_MS)).toEqual({ kind: 'no-data', why: 'DEPENDENCY_DB is not set' });
  });

  it.each`
    sqlState   | message                                 | kind
    ${'57P03'} | ${'the database system is starting up'} | ${'failed'}
    ${'53300'} | ${'sorry, too many clients already'}    | ${'failed'}
    ${'28000'} | ${'no pg_hba.conf entry'}               | ${'ok'}
  `('$sqlState ($message): $kind', async ({ sqlState, message, kind }) => {
    const port = await refusing(sqlState, message);
    expect(await look(target({ port }))).toMatchObject({ kind });
  });

  it('something else is none, and one that was killed is not there', async () => {
    const chatty = await listening(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    expect(await look(target({ port: chatty }))).toMatchObject({ kind: 'failed' });
    const hangsUp = await listening(createServer((socket) => socket.end()));
    expect(await look(target({ port: hangsUp }))).toMatchObject({ kind: 'failed' });
    const silent = await listening(createServer());
    for (const passwordFrom of [undefined, 'DEPENDENCY_TOKEN']) {
      expect(await look(target({ port: silent, passwordFrom }), LATE_MS)).toMatchObject({
        kind: 'failed',
        says: expect.stringContaining('did not answer in time'),
      });
    }
    await postgres.kill();
    expect(await look(target())).toMatchObject({ kind: 'failed' });
    await postgres.restart();
    expect(await look(target())).toMatchObject({ kind: 'ok' });
  });
});
