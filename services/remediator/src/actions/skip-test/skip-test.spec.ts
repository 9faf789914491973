import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type Events, readMessage, type Subject } from '@prunella/contracts';
import { iso, systemClock } from '@prunella/core';
import { defaultPolicy, type Owners, type QuarantineSettings } from '@prunella/policy';
import { addition, changeOf } from '@prunella/quarantine';
import { startService } from '@prunella/service-kit';
import { Receiver, startTestNats, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import { orderFor } from '../../order.fixture.ts';
import type { Order } from '../../order.ts';
import { service as definition } from '../../service.ts';
import type { ActionPlugin } from '../action.ts';
import { type Page, QuarantineBook } from './quarantine-book.ts';
import { skipTest } from './skip-test.ts';

const signal = new AbortController().signal;
const DAY = 86_400_000;

let nats: TestServer;
let bus: Bus;
let book: QuarantineBook;
let plugin: ActionPlugin;
let settings: QuarantineSettings;
let owners: Owners;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  book = new QuarantineBook(await bus.bucket<Page>('prunella_quarantine'), systemClock);
  plugin = skipTest(bus, book, () => ({ quarantine: settings, owners }));
});
beforeEach(() => {
  owners = [];
  settings = {
    ...defaultPolicy.quarantine,
    owners: [{ match: { repository: 'acme/*' }, owner: '@acme/checkout' }],
  };
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

let orders = 0;
function order(repository: string, test = 'cart › shows the total', changes: Partial<Order> = {}): Order {
  const { run } = orderFor();
  return orderFor({
    key: `inc_${++orders}.1`,
    incidentId: `inc_${orders}`,
    run: { ...run, repository },
    action: { type: 'skip_test', parameters: { test } },
    risk: 'reversible',
    cause: 'flaky_test',
    diagnosis: 'A test fails now and then.',
    ...changes,
  });
}

/** All events of a subject that fit, in order. */
async function published<S extends Subject>(subject: S, fits: (data: Events[S]) => boolean): Promise<Events[S][]> {
  const found: Events[S][] = [];
  const consumer = await bus.jetstream.consumers.get(EVENTS.name);
  for (let left = (await consumer.info()).num_pending; left > 0; left -= 1) {
    const message = await consumer.next();
    if (message?.subject !== subject) continue;
    const { data } = readMessage(subject, message.data, { id: String(message.seq), source: 'spec' });
    if (fits(data)) found.push(data);
  }
  return found;
}

const changesOf = (repository: string) => published('quarantine.changed', (data) => data.repository === repository);

describe('skip_test', () => {
  it('puts the test in, with its owner and expiry, and knows that it did', async () => {
    const wanted = order('acme/shop');
    expect(await plugin.look(wanted, undefined, signal)).toEqual({ kind: 'ready' });
    const { says } = await plugin.execute(wanted, signal);
    expect(says).toMatch(
      /^put "cart › shows the total" in quarantine until 20\S+ \(owner @acme\/checkout\); the failed run is not run again$/,
    );
    const [change, ...more] = await changesOf('acme/shop');
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      change: 'added',
      owner: '@acme/checkout',
      by: 'prunella',
      greens: 10,
      reason: 'A test fails now and then.',
      incidentIds: [wanted.incidentId],
      evidence: [{ line: 12, text: 'connect ETIMEDOUT', job: 'build' }],
    });
    expect(Date.parse(change?.expiresAt ?? '') - Date.parse(change?.at ?? '')).toBe(14 * DAY);
    expect(await plugin.look(wanted, systemClock.now(), signal)).toMatchObject({ kind: 'done', effect: { says } });
    expect(await plugin.look(order('acme/shop'), undefined, signal)).toMatchObject({
      kind: 'superseded',
      reason: expect.stringMatching(/^"cart › shows the total" is in quarantine until 20\S+ already$/),
    });
  });

  it('says the same again when it was cut off before the event', async () => {
    const wanted = order('acme/cut-off');
    const begun = await book.begin(
      {
        ...{ test: 'cart › shows the total', repository: 'acme/cut-off', owner: '@acme/checkout' },
        ...{ reason: wanted.diagnosis, evidence: wanted.evidence, incidentIds: [wanted.incidentId] },
        ...{ expiryMs: 14 * DAY, greens: 10, by: 'prunella' },
      },
      `${wanted.key}/quarantine`,
      20,
    );
    expect(await plugin.look(wanted, systemClock.now(), signal)).toEqual({ kind: 'ready' });
    await plugin.execute(wanted, signal);
    await plugin.execute(wanted, signal).catch(() => undefined);
    expect(await changesOf('acme/cut-off')).toEqual([begun]);
  });

  it('leaves alone what a person put in, and takes up what a person took out', async () => {
    const by = { owner: 'bob', reason: 'x', evidence: [], incidentIds: [], expiryMs: DAY, greens: 3, by: 'bob' };
    const added = addition({ test: 'a', repository: 'acme/by-hand', ...by }, undefined, systemClock.now());
    await book.hear(added, 'added');
    expect(await plugin.look(order('acme/by-hand', 'a'), undefined, signal)).toMatchObject({ kind: 'superseded' });
    const about = { by: 'bob', reason: 'mended', at: systemClock.now() };
    await book.hear(changeOf({ ...added, eventId: 'added' }, 'removed', about), 'removed');
    await book.hear(added, 'added');
    const again = order('acme/by-hand', 'a');
    expect(await plugin.look(again, undefined, signal)).toEqual({ kind: 'ready' });
    await plugin.execute(again, signal);
    expect(await plugin.look(order('acme/by-hand', 'a'), undefined, signal)).toMatchObject({ kind: 'superseded' });
  });

  it('never skips more tests of a repository than the policy allows, also all at once', async () => {
    settings = { ...settings, most: 2 };
    const wanted = ['a', 'b', 'c', 'd', 'e'].map((test) => order('acme/full', test));
    const looks = await Promise.all(wanted.map((one) => plugin.look(one, undefined, signal)));
    expect(looks.every(({ kind }) => kind === 'ready')).toBe(true);
    const results = await Promise.allSettled(wanted.map((one) => plugin.execute(one, signal)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await changesOf('acme/full')).toHaveLength(2);
    expect(await plugin.look(order('acme/full', 'f'), undefined, signal)).toEqual({
      kind: 'refused',
      reason: '"f" is not skipped: acme/full has 2 tests in quarantine already, and more would hide what is broken',
    });
  });

  it.each`
    parameters       | evidence                          | repository     | unsupported
    ${{ test: 'a' }} | ${[]}                             | ${'acme/shop'} | ${undefined}
    ${{}}            | ${['--- FAIL: TestTotal (0.1s)']} | ${'acme/shop'} | ${undefined}
    ${{}}            | ${['1 flaky']}                    | ${'acme/shop'} | ${/no line of the evidence names the test/}
    ${{ test: 'a' }} | ${[]}                             | ${''}          | ${/the run names none/}
  `('$parameters with $evidence in "$repository"', ({ parameters, evidence, repository, unsupported }) => {
    const { run } = order(repository);
    const lines = (evidence as string[]).map((text) => ({ line: 1, text, job: 'test' }));
    const action = { type: 'skip_test' as const, parameters };
    const about = plugin.about?.({ run, action, evidence: lines } as unknown as Events['diagnosis.made']);
    const said = plugin.unsupported(run, { ...action, parameters: { ...parameters, ...about } });
    if (unsupported === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(unsupported);
  });
});

it('skips no test of a repository because of the run of a fork', () => {
  const { run } = order('acme/shop');
  const action = { type: 'skip_test' as const, parameters: { test: 'login › rejects a wrong password' } };
  expect(plugin.unsupported(run, action)).toBeUndefined();
  expect(plugin.unsupported({ ...run, branch: 'mallory:main' }, action)).toMatch(/mallory:main, a branch of a fork/);
});

it('the book says the same whatever the order in which it hears, and how often', async () => {
  const at = systemClock.now();
  const by = { owner: '', reason: 'x', evidence: [], incidentIds: [], expiryMs: DAY, greens: 3, by: 'bob' };
  let repositories = 0;
  const history = (repository: string) => {
    const first = { ...addition({ test: 'a', repository, ...by }, undefined, at), eventId: '1' };
    const out = { ...changeOf(first, 'removed', { by: 'bob', reason: 'x', at: at + 1 }), eventId: '2' };
    const back = { ...addition({ test: 'a', repository, ...by, expiryMs: 2 * DAY }, out, at + 2), eventId: '3' };
    return [first, out, back];
  };
  const positions = fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 });
  await fc.assert(
    fc.asyncProperty(positions, async (order_) => {
      const repository = `acme/any-order-${++repositories}`;
      const changes = history(repository);
      for (const position of order_) {
        const { eventId, ...change } = changes[position] ?? { ...changes[0], eventId: '' };
        await book.hear(change as Events['quarantine.changed'], eventId);
      }
      expect(await book.standing(repository, 'a', 'mine')).toEqual({ kind: 'in', expiresAt: iso(at + 2 + 2 * DAY) });
    }),
    { numRuns: 25 },
  );
});

describe('a remediator that acts', () => {
  it('skips once however often it is told, tells the channel of the rule, and recommends where no test is named', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'prunella-skip-'));
    const receiver = await Receiver.start();
    const policy = join(directory, 'prunella.yaml');
    await writeFile(policy, 'version: 1\nmode: act\nquarantine: { expiry: 7d, greens: 3 }\n');
    const service = await startService(definition, {
      ...{ NATS_URL: nats.url, PORT_REMEDIATOR: '0', LOG_LEVEL: 'silent', PRUNELLA_CONFIG: policy },
      NOTIFY_WEBHOOK_URL: `${receiver.url}/hook`,
    });
    try {
      const diagnosed = async (incidentId: string, text: string, id: string) => {
        const { run } = order('acme/whole');
        await bus.publish('diagnosis.made', {
          id,
          data: {
            ...{ incidentId, run, cause: 'flaky_test', domain: 'test', confidence: 0.91, transient: 0.8, prior: 0.91 },
            action: { type: 'skip_test', parameters: { notify: '#flaky-tests' } },
            ...{ decidedBy: 'rule:flaky-test', explanation: 'A test is flaky.', fingerprint: 'fp_flaky' },
            ...{ evidence: [{ line: 4, text, job: 'test' }], alternatives: [], metrics: {}, vetoes: [], gaps: [] },
          },
        });
      };
      await diagnosed('inc_named', 'FAILED src/test_cart.py::test_total - x', 'named');
      await diagnosed('inc_named', 'FAILED src/test_cart.py::test_total - x', 'named again');
      await diagnosed('inc_nameless', '  1 flaky', 'nameless');
      const results = () => published('action.executed', ({ run }) => run.repository === 'acme/whole');
      const end = Date.now() + 20_000;
      while ((await results()).length < 2 || receiver.received.length < 1) {
        if (Date.now() > end) throw new Error('not both were reported, or nobody was told, within 20 s');
        await sleep(50);
      }
      const byIncident = new Map((await results()).map((result) => [result.incidentId, result]));
      expect(byIncident.get('inc_named')).toMatchObject({
        status: 'executed',
        action: { parameters: { test: 'src/test_cart.py::test_total' } },
        effect: expect.stringContaining('nobody owns it: see quarantine.owners'),
      });
      expect(byIncident.get('inc_nameless')).toMatchObject({ status: 'recommended', verdict: 'recommending' });
      expect(byIncident.get('inc_nameless')?.reasons).toContainEqual(
        expect.objectContaining({ check: 'capability', allows: false }),
      );
      expect(await changesOf('acme/whole')).toMatchObject([{ test: 'src/test_cart.py::test_total', greens: 3 }]);
      expect(receiver.received.map(({ body }) => body)).toMatchObject([{ to: '#flaky-tests' }]);
    } finally {
      await service.close();
      await receiver.stop();
      await rm(directory, { recursive: true, force: true });
    }
  }, 60_000);
});
