/**
 * Makes the secrets of an installation that has none yet, in a folder that only the services see:
 *
 *   node secrets.mjs /run/prunella
 */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The user of the images. */
const USER = 1000;
const folder = process.argv[2];

/** What is there stays. It appears whole or not at all. */
function keep(name, make) {
  const file = join(folder, name);
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, make(), { mode: 0o444 });
    chownSync(`${file}.new`, USER, USER);
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8');
}

const secret = () => randomBytes(32).toString('base64url');
keep('api-token', secret);
const password = keep('postgres-password', secret);
keep('database-url', () => `postgres://prunella:${password}@postgres:5432/prunella`);
