/**
 * Prepares the volumes of a new installation, as root and before anything else starts (docker-compose.yml), with the image of the command line:
 *
 *   node secrets.mjs [ROOT]
 *
 * makes what is not there yet: the token of the API in /run/prunella (its hash, for who only has to know it, in /run/prunella-hash), the password of the database in /run/prunella-database, and of each user of NATS in
 * /run/nats/users/<user>. Each time it writes who may do what on NATS to /run/nats/server/accounts.conf, as this version wants it, and gives the volume of
 * NATS to the user that it runs as. PRUNELLA_NATS_OPEN: doors, as `prunella nats permissions --open` has them. All of it below ROOT, for tests.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The user of our images, and of NATS. */
const USER = 1000;

const root = process.argv[2] ?? '/';

/** It appears whole or not at all. Who may see a secret is decided by who has its volume. */
function put(file, text) {
  writeFileSync(`${file}.new`, text, { mode: 0o444 });
  renameSync(`${file}.new`, file);
}

/** What is there stays. */
function keep(folder, name, make) {
  const file = join(root, folder, name);
  if (!existsSync(file)) {
    put(file, make());
    process.stdout.write(`made ${file}\n`);
  }
  return readFileSync(file, 'utf8');
}

/** The accounts of this version, whose passwords are variables. */
function permissions() {
  const doors = process.env.PRUNELLA_NATS_OPEN;
  const open = doors ? ['--open', doors] : [];
  return execFileSync(process.execPath, [join(import.meta.dirname, 'run.mjs'), 'nats', 'permissions', ...open], {
    encoding: 'utf8',
  });
}

const secret = () => randomBytes(32).toString('base64url');
const token = keep('/run/prunella', 'api-token', secret);
put(join(root, '/run/prunella-hash/api-token'), `sha256:${createHash('sha256').update(token.trimEnd()).digest('hex')}`);
const password = keep('/run/prunella-database', 'password', secret);
keep('/run/prunella-database', 'url', () => `postgres://prunella:${password}@postgres:5432/prunella`);

const passwordOf = (user) => keep(`/run/nats/users/${user}`, 'password', secret);
const accounts = permissions().replaceAll(/\$PRUNELLA_NATS_(\w+)/g, (_, user) =>
  JSON.stringify(passwordOf(user.toLowerCase())),
);
put(join(root, '/run/nats/server/accounts.conf'), accounts);

const data = join(root, '/data');
if (existsSync(data)) chownSync(data, USER, USER);
