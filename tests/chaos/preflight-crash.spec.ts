import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@prunella/bus';
import { CrashProxy, startServiceProcess, startTestNats } from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { until } from '../support/until.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-crash-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** What a detector knows of a dependency when it is killed at a step of the probe that finds it down. */
async function killedAt(cut: { subject: RegExp; when: 'before' | 'after' }, number: number): Promise<string[]> {
  let status = 200;
  const target = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  const policy = join(directory, `${number}.yaml`);
  await writeFile(
    policy,
    `version: 1\ndependencies: [{ name: it, kind: http, url: "${url}", interval: 1s, timeout: 1s, downAfter: 1, upAfter: 1 }]\n`,
  );
  const nats = await startTestNats();
  const proxy = await CrashProxy.start(nats.port);
  const bus = await Bus.connect({ servers: nats.url, name: 'test' });
  const detector = await startServiceProcess('detector', {
    ...{ NATS_URL: proxy.url, PRUNELLA_CONFIG: policy, LOG_LEVEL: 'warn' },
  });
  const states = async () =>
    (await eventsOn(bus, 'dependency.changed')).map(({ before, state }) => `${before}>${state}`);
  try {
    await until(async () => (await states()).length === 1, 'it is up');
    status = 503;
    await new Promise<void>((resolve) => proxy.arm({ ...cut, nth: 1 }, () => void detector.kill().then(resolve)));
    proxy.heal();
    await detector.start();
    await until(async () => (await states()).some((change) => change.endsWith('>down')), 'it is down');
    status = 200;
    await until(async () => (await states()).at(-1)?.endsWith('>up'), 'it is up again');
    return await states();
  } finally {
    await detector.kill();
    await bus.close();
    await proxy.stop();
    await nats.stop();
    target.closeAllConnections();
    target.close();
  }
}

it('tells each change once, wherever the detector dies', async () => {
  const cuts = [
    { subject: /^\$KV\.prunella_probes\./, when: 'after' },
    { subject: /^\$KV\.prunella_dependencies\./, when: 'after' },
    { subject: /^dependency\.changed$/, when: 'before' },
    { subject: /^dependency\.changed$/, when: 'after' },
  ] as const;
  for (const changes of await Promise.all(cuts.map(killedAt))) {
    // Away for longer than a probe counts, it may not have known in between; but nothing is missing, and nothing is told twice.
    const [first, ...more] = changes.map((change) => change.split('>'));
    expect([first, changes.at(-1)]).toEqual([['unknown', 'up'], expect.stringMatching(/>up$/)]);
    expect(more.map(([before]) => before)).toEqual([first, ...more].slice(0, -1).map((change) => change?.[1]));
  }
}, 120_000);
