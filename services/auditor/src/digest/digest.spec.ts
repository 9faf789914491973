import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { get, Running } from '../../test/running.ts';
import { eventually, MINUTE, Story } from '../../test/story.ts';

const HOUR = 60 * MINUTE;

let running: Running;
let directory: string;
let file: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-digest-'));
  file = join(directory, 'prunella.yaml');
  await writeFile(file, 'version: 1\n');
  running = await Running.start();
}, 60_000);
afterAll(async () => {
  await running.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The sweep, which makes it, comes every quarter of this. */
const start = () => running.auditor({ PRUNELLA_CONFIG: file, PRUNELLA_SETTLE_WITHIN: '1s' });

it('is made once, by two replicas, when the policy wants it, and not again after a restart', async () => {
  const replicas = [await start(), await start()];
  // Due an hour ago: what happened three hours ago is in it, what happened just now is in the next one.
  const due = new Date(Date.now() - HOUR);
  const at = due.toISOString().slice(11, 16);
  const healed = new Story('healed', { repository: 'octo/shop' }, Date.now() - 3 * HOUR);
  const later = new Story('later', { repository: 'octo/shop', headSha: 'c0de' }, Date.now() - 20 * MINUTE);
  await running.publish(
    ...[healed.failed(), healed.diagnosed(), healed.executed(), healed.outcome('healed')],
    ...[later.failed(), later.diagnosed(), later.executed(), later.outcome('harmful')],
  );
  await eventually(async () => {
    const { body } = await get(replicas[0] as never, '/v1/reports/effectiveness');
    expect(body.overall).toMatchObject({ successful: 1, harmful: 1 });
  }, 30_000);
  expect(await running.published('digest.made')).toEqual([]);

  await writeFile(file, `version: 1\nreports: { digest: { every: day, at: "${at}", channel: "#ci" } }\n`);
  await eventually(async () => expect(await running.published('digest.made')).toHaveLength(1), 40_000);
  const [digest] = await running.published('digest.made');
  expect(digest).toMatchObject({ channel: '#ci', incidents: 1, actions: 1, healed: 1, successRate: 1 });
  expect(digest).not.toHaveProperty('harmful', 1);
  expect(String(digest?.['to']).slice(0, 16)).toBe(due.toISOString().slice(0, 16));

  await replicas[0]?.close();
  const third = await start();
  // Later events come through, so the sweeps of before it had their turn, too.
  const last = new Story('last', { repository: 'octo/last' }, Date.now() - 10 * MINUTE);
  await running.publish(last.failed(), last.diagnosed(), last.executed());
  await eventually(async () => {
    const { body } = await get(third, '/v1/incidents?repository=octo%2Flast');
    // Settled by a sweep.
    expect(body.items).toMatchObject([{ outcome: 'inconclusive' }]);
  }, 40_000);
  expect(await running.published('digest.made')).toHaveLength(1);
}, 150_000);
