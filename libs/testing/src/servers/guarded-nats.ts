import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accountsConf, type Door, provision, USERS, type UserName } from '@prunella/bus';
import { startNats } from '@prunella/embedded';
import { temporaryHome } from './home.ts';
import { keptPort } from './kept-port.ts';
import type { TestServer } from './server.ts';

const run = promisify(execFile);

/** A NATS server on which each service has a user of its own, and no more than its rights. Its `url` is without a user. */
export interface GuardedNats extends TestServer {
  /** As `NATS_URL` of a user. */
  urlOf(user: UserName): string;
  /** Who signed the server's certificate; with `tls` only. */
  readonly caFile: string | undefined;
  /** What the server refused so far, line by line: `User "detector", Subject "action.approved"`. */
  refusals(): Promise<string[]>;
}

/** Starts one with JetStream, with all streams and buckets. @param tls speaks TLS only, with a certificate that is made here (openssl). */
export async function startGuardedNats({
  doors = [],
  tls = false,
  anonymous = false,
}: {
  doors?: readonly Door[];
  tls?: boolean;
  anonymous?: boolean;
} = {}): Promise<GuardedNats> {
  const home = await temporaryHome();
  const passwords = Object.fromEntries(USERS.map((user) => [user, randomBytes(12).toString('hex')]));
  const accounts = accountsConf({ passwordOf: (user) => JSON.stringify(passwords[user]), doors, anonymous });
  const caFile = tls ? await certificateIn(home) : undefined;
  const secure = tls ? `tls { cert_file: "${join(home, 'server.pem')}", key_file: "${join(home, 'server.key')}" }` : '';
  const options = { home, more: `${accounts}${secure}`, account: 'PRUNELLA' };
  let server = await startNats({ ...options, port: await keptPort() });
  const { url, port } = server;
  const scheme = tls ? 'tls' : 'nats';
  const urlOf = (user: UserName) => `${scheme}://${user}:${passwords[user]}@127.0.0.1:${port}`;
  const before: string[] = [];
  const log = async () => await readFile(join(home, 'logs', 'nats.log'), 'utf8');
  await provision({ servers: urlOf('admin'), caFile, replicas: 1 });
  return {
    url,
    port,
    caFile,
    urlOf,
    async refusals() {
      return [...before, await log()].flatMap((text) => text.split('\n')).filter((line) => line.includes('Violation'));
    },
    kill: () => server.kill(),
    async restart() {
      await server.stop();
      // A new server begins a new log.
      before.push(await log());
      server = await startNats({ ...options, port });
    },
    async stop() {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A CA and the certificate of a server on loopback, as `openssl` makes them. The CA's path. */
async function certificateIn(home: string): Promise<string> {
  const at = (name: string) => join(home, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const own = ['req', ...key, '-subj', '/CN=localhost', '-keyout', at('server.key'), '-out', at('server.csr')];
  const ca = [
    'req',
    '-x509',
    ...key,
    '-subj',
    '/CN=spec CA',
    '-days',
    '2',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  ];
  await Promise.all([run('openssl', ca), run('openssl', own)]);
  await writeFile(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const signer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    ...signer,
    '-extfile',
    at('names'),
    '-out',
    at('server.pem'),
  ]);
  return at('ca.pem');
}
