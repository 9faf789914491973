import { startTestPostgres } from '@prunella/testing';
import { Store } from './store.ts';

it('a statement that takes too long is ended by the server', async () => {
  const postgres = await startTestPostgres();
  const store = await Store.open({ url: postgres.url, name: 'limited', timeLimitMs: 300 });
  try {
    const slow = store.read((manager) => manager.query('SELECT pg_sleep(60)'));
    await expect(slow).rejects.toThrow(/statement timeout/);
  } finally {
    await store.close();
    await postgres.stop();
  }
}, 60_000);
