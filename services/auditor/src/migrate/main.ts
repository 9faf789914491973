// Brings the tables up to date and gives the role of the auditor its rights, so that the auditor need not hold the owner's address (docs/guide/store.md):
//   DATABASE_MIGRATION_URL=postgres://owner:... DATABASE_URL=postgres://auditor:... npm run store:migrate
import { readFileSync } from 'node:fs';
import { messageOf, withSecretFiles } from '@prunella/core';
import { Store } from '@prunella/store';
import { AuditorEnvironment } from '../environment.ts';

try {
  const read = AuditorEnvironment.pick({ DATABASE_URL: true, DATABASE_MIGRATION_URL: true });
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: migrationUrl } = read.parse(
    withSecretFiles(process.env, (path) => readFileSync(path, 'utf8')),
  );
  await Store.migrate({ url, ...(migrationUrl !== undefined && { migrationUrl }), name: 'migrate' });
  process.stdout.write('The tables are up to date.\n');
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
