import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUCKETS, USERS } from '@prunella/bus';
import { startNats } from '@prunella/embedded';
import { runForText } from '../../test/command-line.ts';

let home: string;
const passwordOf = (user: string) => `p_${user}_${process.pid}`;
const variables = USERS.map((user) => `PRUNELLA_NATS_${user.toUpperCase()}`);

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'prunella-nats-'));
  for (const [at, user] of USERS.entries()) process.env[variables[at] ?? ''] = passwordOf(user);
});
afterAll(async () => {
  for (const variable of variables) delete process.env[variable];
  await rm(home, { recursive: true, force: true });
});

const prunella = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => runForText(args, { env, cwd: home });

it('prints what a real server takes, with passwords of its environment; the admin makes all there is, and cli sends', async () => {
  const { out: printed } = await prunella(['nats', 'permissions']);
  await mkdir(join(home, 'nats'), { recursive: true });
  const server = await startNats({ home: join(home, 'nats'), port: 0, more: printed });
  const as = (user: string) => ({ NATS_URL: server.url.replace('://', `://${user}:${passwordOf(user)}@`) });
  try {
    const event = ['send', 'pipeline.failed', '{"pipeline_id":"42"}'];
    const early = await prunella(event, as('cli'));
    expect([early.code, early.err]).toEqual([expect.any(Number), expect.stringContaining('prunella nats provision')]);
    expect(early.code).not.toBe(0);
    const again = [];
    for (let time = 0; time < 2; time += 1) {
      again.push(await prunella(['nats', 'provision', '--json'], as('admin')));
    }
    const all = { streams: 4, buckets: Object.keys(BUCKETS).length, missing: [] };
    expect(again.map(({ code, out }) => [code, JSON.parse(out)])).toEqual([
      [0, all],
      [0, all],
    ]);
    expect(await prunella(event, as('cli'))).toMatchObject({ code: 0, out: expect.stringMatching(/^published/) });
    const detector = await prunella(['nats', 'provision'], as('detector'));
    expect(detector.code).not.toBe(0);
    expect(detector.err).toMatch(/NATS does not let this user subscribe on .*prunella nats permissions/);
  } finally {
    await server.stop();
  }
});

it.each`
  args                                           | detector                                 | anonymous
  ${[]}                                          | ${[]}                                    | ${false}
  ${['--open', 'slack']}                         | ${['action.approved']}                   | ${false}
  ${['--open', 'requests,slack', '--anonymous']} | ${['diagnosis.made', 'action.approved']} | ${true}
`('$args gives the detector $detector', async ({ args, detector, anonymous }) => {
  const { out } = await prunella(['nats', 'permissions', ...args]);
  const own = /user: detector[\s\S]*?user: diagnoser/.exec(out)?.[0] ?? '';
  const allowed = (subject: string) => own.includes(`'${subject}'`);
  for (const subject of ['diagnosis.made', 'action.approved']) {
    expect([subject, allowed(subject)]).toEqual([subject, detector.includes(subject)]);
  }
  expect(out.includes('no_auth_user')).toBe(anonymous);
});

it('refuses a door that there is not', async () => {
  expect(await prunella(['nats', 'permissions', '--open', 'back'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected some of slack, requests, found back'),
  });
});
