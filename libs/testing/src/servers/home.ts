import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new, empty folder that the account that PostgreSQL runs as can get to. Whoever asks for it removes it. */
export async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'prunella-test-'));
  await chmod(home, 0o711);
  return home;
}
