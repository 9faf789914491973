/**
 * Prepares the volumes of a new installation, as root and before anything else starts (docker-compose.yml):
 *
 *   node secrets.mjs
 *
 * makes the token of the API in /run/prunella and the password of the database in /run/prunella-database, where there are none yet, and gives the
 * volume of NATS to the user that it runs as.
 */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The user of our images, and of NATS. */
const USER = 1000;

/** What is there stays. It appears whole or not at all. Who may see a secret is decided by who has its volume. */
function keep(folder, name, make) {
  const file = join(folder, name);
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, make(), { mode: 0o444 });
    renameSync(`${file}.new`, file);
    process.stdout.write(`made ${file}\n`);
  }
  return readFileSync(file, 'utf8');
}

const secret = () => randomBytes(32).toString('base64url');
keep('/run/prunella', 'api-token', secret);
const password = keep('/run/prunella-database', 'password', secret);
keep('/run/prunella-database', 'url', () => `postgres://prunella:${password}@postgres:5432/prunella`);
if (existsSync('/data')) chownSync('/data', USER, USER);
