import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Bus } from '@prunella/bus';
import { openPublisher } from '@prunella/publisher';
import { type ServiceProcess, startServiceProcess, startTestNats, type TestServer } from '@prunella/testing';
import { until } from '../support/until.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'advice');
const TOKEN = 'a-token-for-the-api';
const GIB = 1024 ** 3;
const RUN = { repository: 'acme/shop', pipelineId: 'ci', branch: 'main' };

let nats: TestServer;
let bus: Bus;
let detectors: ServiceProcess[] = [];

beforeAll(async () => {
  nats = await startTestNats();
  const env = { NATS_URL: nats.url, PRUNELLA_API_TOKEN: TOKEN, LOG_LEVEL: 'warn' };
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  // Two of them learn of the same pipeline at the same time.
  detectors = await Promise.all([startServiceProcess('detector', env), startServiceProcess('detector', env)]);
}, 60_000);

afterAll(async () => {
  await Promise.all(detectors.map((detector) => detector.stop()));
  await bus?.close();
  await nats?.stop();
});

type Told = Parameters<ReturnType<typeof openPublisher>['finished']>[0];

/** Tells of runs and waits until they are learnt. */
async function tell(...runs: Omit<Told, 'pipelineId' | 'repository'>[]): Promise<void> {
  const dropped: unknown[] = [];
  const publisher = openPublisher({ servers: nats.url, source: 'spec', onDropped: (one) => dropped.push(one) });
  for (const run of runs) void publisher.finished({ ...RUN, ...run } as Told);
  await publisher.close(20_000);
  expect(dropped).toEqual([]);
  const manager = await bus.jetstream.jetstreamManager();
  await until(async () => {
    const { num_pending, num_ack_pending } = await manager.consumers.info('PRUNELLA', 'detector-finished');
    return num_pending + num_ack_pending === 0;
  }, 'all are learnt');
}

function measured(runId: string, gib: number, more: object = {}) {
  return {
    ...{ runId, conclusion: 'success' as const, diffLines: 10 },
    ...{ startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:40Z' },
    resources: { memoryPeakBytes: gib * GIB, memoryLimitBytes: 16 * GIB, cpuSeconds: 150 },
    ...more,
  };
}

async function ask(query: Record<string, string>, token = TOKEN) {
  const url = new URL(`/v1/advice?${new URLSearchParams(query)}`, detectors[0]?.url);
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

function advise(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const variables = { PRUNELLA_DETECTOR_URL: detectors[0]?.url ?? '', PRUNELLA_API_TOKEN: TOKEN };
  return new Promise((resolve) => {
    const asked = { PIPELINE_ID: 'ci', REPOSITORY: 'acme/shop', DIFF_LINES: '12' };
    const options = { env: { PATH: process.env['PATH'] ?? '', ...variables, ...asked, ...env } };
    const child = execFile(join(EXAMPLES, 'advise.sh'), args, options, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

const RUNNERS = ['runner', 'small=2 medium=8 large=16'];

it('says plainly that nothing is known, and changes nothing then', async () => {
  expect(await ask({ pipeline: 'ci', repository: 'acme/shop' })).toMatchObject({
    status: 200,
    json: { basis: 'none', samples: 0, reason: '0 measured runs are known, 5 are needed' },
  });
  const none = await advise(['kubernetes']);
  expect(none).toEqual({ code: 0, out: '', err: 'prunella: 0 measured runs are known, 5 are needed\n' });
  expect(await advise(RUNNERS)).toMatchObject({ code: 0, out: 'small\n' });
  const away = await advise(RUNNERS, { PRUNELLA_DETECTOR_URL: 'http://127.0.0.1:1' });
  expect(away).toMatchObject({ code: 0, out: 'small\n', err: expect.stringContaining('Prunella does not answer') });
});

it('learns from what runs used, each once, and says what the next one needs', async () => {
  const runs = Array.from({ length: 20 }, (_, n) => measured(`m-${n}`, n < 16 ? 2 : 4));
  await tell(...runs);
  const { json } = await ask({ pipeline: 'ci', repository: 'acme/shop', diff_lines: '12' });
  expect(json).toMatchObject({ basis: 'history', basedOn: { samples: 20, diffSize: 'small' }, branch: '' });
  await tell(...runs);
  const own = await ask({ pipeline: 'ci', repository: 'acme/shop', branch: 'main', diff_lines: '12' });
  expect(own.json).toMatchObject({ branch: 'main' });
  const other = await ask({ pipeline: 'ci', repository: 'acme/shop', branch: 'feature', diff_lines: '900' });
  expect(other.json).toMatchObject({ basis: 'history', branch: '', basedOn: { diffSize: 'all' } });

  const settings = await advise(['kubernetes']);
  const [, request, limit, cores] =
    /^KUBERNETES_MEMORY_REQUEST=(\d+)Mi\nKUBERNETES_MEMORY_LIMIT=(\d+)Mi\nKUBERNETES_CPU_REQUEST=([\d.]+)\n$/.exec(
      settings.out,
    ) ?? [];
  // 90 % of the runs got along with 4 GiB, 5 % more or less.
  expect(Math.abs(Number(request) / 4_096 - 1)).toBeLessThan(0.06);
  expect(Math.abs(Number(limit) / (1.2 * 4_096) - 1)).toBeLessThan(0.06);
  expect(Math.abs(Number(cores) / 1.5 - 1)).toBeLessThan(0.1);
  expect(await advise(RUNNERS)).toMatchObject({ out: 'medium\n' });
});

it('hands over what needs more each time it gets more', async () => {
  const killed = (runId: string, gib: number) =>
    measured(runId, gib, {
      conclusion: 'failure' as const,
      resources: { memoryLimitBytes: gib * GIB, outOfMemory: true },
    });
  for (const [n, gib] of [5, 10, 20].entries()) await tell(killed(`k-${n}`, gib));
  const { json } = await ask({ pipeline: 'ci', repository: 'acme/shop' });
  expect(json).toMatchObject({ basis: 'growing', reason: expect.stringContaining('more will not help') });
  expect(await advise(['kubernetes'])).toMatchObject({ code: 0, out: '' });
});

it.each`
  query                                     | field
  ${{}}                                     | ${'pipeline'}
  ${{ pipeline: 'ci', diff_lines: 'many' }} | ${'diff_lines'}
  ${{ pipeline: 'ci', diff_lines: '-1' }}   | ${'diff_lines'}
`('refuses $query by $field', async ({ query, field }) => {
  expect(await ask(query)).toMatchObject({ status: 400, json: { field } });
});

it('lets nobody in without the token', async () => {
  expect((await ask({ pipeline: 'ci' }, 'wrong')).status).toBe(401);
});
