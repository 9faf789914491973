import { setTimeout as sleep } from 'node:timers/promises';
import { Bus, EVENTS } from '@prunella/bus';
import { type Envelope, readMessage, type Subject } from '@prunella/contracts';
import { type RunningService, startService } from '@prunella/service-kit';
import { startTestNats, type TestServer } from '@prunella/testing';
import { playground } from './service.ts';

let nats: TestServer;
let bus: Bus;
const services: RunningService[] = [];

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
});

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.close()));
});

afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

async function start(variables: Record<string, string> = { PLAYGROUND_QUIET: '1' }): Promise<string> {
  const service = await startService(playground, {
    NATS_URL: nats.url,
    PORT_PLAYGROUND: '0',
    LOG_LEVEL: 'silent',
    ...variables,
  });
  services.push(service);
  return service.url;
}

async function json(url: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Everything about a run on the stream, in order. */
async function eventsOf(runId: string): Promise<Envelope<'pipeline.finished'>[]> {
  const manager = await bus.jetstream.jetstreamManager();
  const { state } = await manager.streams.info(EVENTS.name);
  const events: Envelope<'pipeline.finished'>[] = [];
  for (let seq = 1; seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage(EVENTS.name, { seq });
    if (message === null) continue;
    const event = readMessage(message.subject as Subject, message.data, { id: String(seq), source: 'nats' });
    if ((event.data as { runId?: string }).runId === runId) events.push(event as Envelope<'pipeline.finished'>);
  }
  return events;
}

async function until<T>(what: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await what();
    if (found !== undefined) return found;
    await sleep(50);
  }
}

function completed(url: string, runId: string, attempt: number) {
  return until(async () => {
    const { body } = await json(`${url}/api/runs/${runId}`);
    return body['status'] === 'completed' && body['attempt'] === attempt ? body : undefined;
  });
}

it('fails, tells it on the bus, shows the log, is rerun once and passes', async () => {
  const url = await start();
  const { status, body: run } = await json(`${url}/api/scenarios/npm-registry-timeout`, {});
  expect(status).toBe(202);
  const id = String(run['id']);
  expect(run).toMatchObject({
    status: 'queued',
    attempt: 1,
    repository: 'playground/shop',
    branchHeadSha: run['headSha'],
  });
  expect(await json(`${url}/api/runs/${id}/rerun`, { attempt: 1 })).toMatchObject({ status: 409 });

  expect(await completed(url, id, 1)).toMatchObject({ conclusion: 'failure' });
  const { body } = await json(`${url}/api/runs/${id}/attempts/1/jobs`);
  const failed = (body['jobs'] as { id: string; conclusion: string }[]).filter((job) => job.conclusion !== 'success');
  expect(failed).toEqual([{ id: expect.any(String), name: 'build', conclusion: 'failure', failedStep: 'Run npm ci' }]);
  const log = await fetch(`${url}/api/jobs/${failed[0]?.id}/log`);
  expect(log.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(await log.text()).toContain('npm error code ETIMEDOUT');

  expect(await json(`${url}/api/runs/${id}/rerun`, { attempt: 1 })).toEqual({ status: 202, body: { attempt: 2 } });
  expect(await json(`${url}/api/runs/${id}/rerun`, { attempt: 1 })).toMatchObject({ status: 409 });
  expect(await completed(url, id, 2)).toMatchObject({ conclusion: 'success' });

  const events = await until(async () => {
    const found = await eventsOf(id);
    return found.length === 4 ? found : undefined;
  });
  expect(events.map(({ subject, data }) => [subject, data.attempt, data.conclusion])).toEqual([
    ['pipeline.started', 1, undefined],
    ['pipeline.finished', 1, 'failure'],
    ['pipeline.started', 2, undefined],
    ['pipeline.finished', 2, 'success'],
  ]);
  expect(events[1]).toMatchObject({
    id: `${id}/1/finished`,
    source: 'prunella/playground',
    data: { platform: 'playground', pipelineId: 'playground/shop/ci', kind: 'run', url: `${url}/#${id}` },
  });
  expect(events[1]?.data).not.toHaveProperty('error');
  expect(events[1]?.data.jobs).toContainEqual(expect.objectContaining({ name: 'build', conclusion: 'failure' }));
});

it.each([
  ['GET', '/api/runs/none', 404],
  ['GET', '/api/runs/none/attempts/1/jobs', 404],
  ['GET', '/api/jobs/none.1.0/log', 404],
  ['POST', '/api/runs/none/rerun', 404],
  ['POST', '/api/scenarios/none', 404],
  ['GET', '/api/scenarios', 200],
  ['GET', '/api/runs', 200],
])('%s %s: %d', async (method, path, expected) => {
  const url = await start();
  const response = await fetch(`${url}${path}`, {
    method,
    ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: '{"attempt":1}' }),
  });
  expect(response.status).toBe(expected);
});

it.each([
  ['{}', 'attempt'],
  ['{"attempt":"1"}', 'attempt'],
  ['{"attempt":0}', 'attempt'],
])('refuses a rerun with %s and names the field', async (body, field) => {
  const url = await start();
  const { body: run } = await json(`${url}/api/scenarios/green`, {});
  const response = await fetch(`${url}/api/runs/${run['id']}/rerun`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ field });
});

it('refuses an attempt that is no number', async () => {
  const url = await start();
  const { body: run } = await json(`${url}/api/scenarios/green`, {});
  expect(await json(`${url}/api/runs/${run['id']}/attempts/x/jobs`)).toMatchObject({ status: 400 });
  expect(await json(`${url}/api/runs/${run['id']}/attempts/2/jobs`)).toMatchObject({ status: 404 });
});

it('says on its page that it is simulated', async () => {
  const url = await start();
  await json(`${url}/api/scenarios/green`, {});
  const response = await fetch(url);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const html = await response.text();
  expect(html).toContain('Everything here is simulated');
  expect(html).toContain('playground/shop/ci');
});

it('starts by itself, and its ids never come back', async () => {
  const ids: string[] = [];
  for (let life = 0; life < 2; life += 1) {
    const url = await start({ PLAYGROUND_SEED: '1' });
    const id = await until(async () => {
      const { body } = await json(`${url}/api/runs`);
      return (body['runs'] as { id: string }[])[0]?.id;
    });
    expect(await completed(url, id, 1)).toMatchObject({ conclusion: 'failure', scenario: 'npm-registry-timeout' });
    ids.push(id);
    await Promise.all(services.splice(0).map((service) => service.close()));
  }
  expect(new Set(ids).size).toBe(2);
});

it('keeps what it could not tell, and tells it when NATS is back', async () => {
  const url = await start();
  await nats.kill();
  const { body: run } = await json(`${url}/api/scenarios/green`, {});
  expect(await completed(url, String(run['id']), 1)).toMatchObject({ conclusion: 'success' });
  await nats.restart();
  const events = await until(async () => {
    const found = await eventsOf(String(run['id'])).catch(() => []);
    return found.length === 2 ? found : undefined;
  });
  expect(events.map(({ subject }) => subject)).toEqual(['pipeline.started', 'pipeline.finished']);
});
