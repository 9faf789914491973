// Derives everything again from the recorded events, beside running auditors (docs/guide/store.md):
//   DATABASE_URL=postgres://... npm run store:rebuild
import { readFileSync } from 'node:fs';
import { messageOf, systemClock, withSecretFiles } from '@prunella/core';
import { Store } from '@prunella/store';
import { AuditorPolicy } from '../auditor-policy.ts';
import { AuditorEnvironment } from '../environment.ts';
import { rebuild } from './rebuild.ts';

const TOLD_EVERY = 10_000;

try {
  const read = AuditorEnvironment.pick({ DATABASE_URL: true, PRUNELLA_CONFIG: true });
  const { DATABASE_URL: url, PRUNELLA_CONFIG: file } = read.parse(
    withSecretFiles(process.env, (path) => readFileSync(path, 'utf8')),
  );
  const policy = await AuditorPolicy.open(file, { reloaded: () => undefined, kept: () => undefined });
  const store = await Store.open({ url, name: 'rebuild', timeLimitMs: 3_600_000 });
  try {
    process.stderr.write(`Derives everything again from the events at ${store.address}.\n`);
    const settings = { policy: () => policy.current };
    const rebuilt = await rebuild(store, systemClock.now(), settings, (incidents) => {
      if (incidents % TOLD_EVERY === 0) process.stderr.write(`${incidents} incidents\n`);
    });
    process.stdout.write(`${JSON.stringify(rebuilt)}\n`);
  } finally {
    await store.close();
    policy.close();
  }
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
