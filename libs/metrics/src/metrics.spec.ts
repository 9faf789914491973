import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProviderError } from '@prunella/core';
import { prometheusProgram, startTestPrometheus, type TestServer, WebApp } from '@prunella/testing';
import { probeHealth } from './health.ts';
import { look } from './look.ts';
import { BadQuery, Prometheus, prometheusFromEnvironment } from './prometheus.ts';

const program = await prometheusProgram();
const signal = AbortSignal.timeout(120_000);
/** Nobody can be asked there. */
const NOWHERE = 'http://127.0.0.1:9';

let server: Server;
let url: string;
let answer: RequestListener;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

(program === undefined ? describe.skip : describe)('a real Prometheus', () => {
  let real: TestServer;
  let app: WebApp;
  let prometheus: Prometheus;

  beforeAll(async () => {
    app = await WebApp.start('web');
    const scrape = `scrape_configs: [{ job_name: web, scrape_interval: 1s, static_configs: [{ targets: ["127.0.0.1:${app.port}"] }] }]`;
    real = await startTestPrometheus(program ?? '', scrape);
    prometheus = new Prometheus({ url: `${real.url}/` });
    for (let seen = 0; seen < 1; ) {
      const reading = await prometheus.value('sum(up)', signal);
      if (reading.kind === 'value') seen = reading.value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, 60_000);

  afterAll(async () => {
    await real?.stop();
    await app?.stop();
  });

  it.each`
    query                                    | reading
    ${'vector(0.25)'}                        | ${{ kind: 'value', value: 0.25 }}
    ${'42'}                                  | ${{ kind: 'value', value: 42 }}
    ${'vector(1) / vector(0)'}               | ${{ kind: 'value', value: Number.POSITIVE_INFINITY }}
    ${'vector(0)'}                           | ${{ kind: 'value', value: 0 }}
    ${'vector(0) / vector(0)'}               | ${{ kind: 'no-data', why: expect.stringContaining('NaN') }}
    ${'sum(nothing_of_the_kind)'}            | ${{ kind: 'no-data', why: expect.stringContaining('nothing that fits') }}
    ${'sum(up{job="web"})'}                  | ${{ kind: 'value', value: 1 }}
    ${'sum(rate(nothing[1m])) or vector(0)'} | ${{ kind: 'value', value: 0 }}
  `('$query gives $reading', async ({ query, reading }) => {
    expect(await prometheus.value(query, signal)).toEqual(reading);
  });

  it.each`
    query                    | says
    ${'sum('}                | ${/bad_data: .*parse error/}
    ${'http_requests_total'} | ${/expected one number, found 2: put sum\(\)/}
    ${'up[1m]'}              | ${/found a matrix|bad_data/}
    ${'"text"'}              | ${/found a string/}
  `('$query is refused: $says', async ({ query, says }) => {
    const error = await prometheus.value(query, signal).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BadQuery);
    expect((error as BadQuery).message).toMatch(says);
    expect((error as BadQuery).message).toContain(query);
  });

  it('asks about the past, where there was nothing', async () => {
    expect(await prometheus.value('sum(up)', signal, Date.now() - 3_600_000)).toMatchObject({ kind: 'no-data' });
    expect(await prometheus.value('sum(up)', signal, Date.now())).toEqual({ kind: 'value', value: 1 });
  });
});

describe('Prometheus', () => {
  const retry = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1, random: () => 0, sleep: async () => undefined };

  it('sends the token, and none where there is none', async () => {
    const seen: unknown[] = [];
    answer = (request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
    };
    await prometheusFromEnvironment({ PROMETHEUS_URL: url, PROMETHEUS_TOKEN: 'secret' })?.value('up', signal);
    await prometheusFromEnvironment({ PROMETHEUS_URL: url })?.value('up', signal);
    expect(seen).toEqual(['Bearer secret', undefined]);
    expect(prometheusFromEnvironment({})).toBeUndefined();
  });

  it.each`
    status | problem
    ${401} | ${'unauthenticated'}
    ${403} | ${'forbidden'}
    ${404} | ${'not-found'}
    ${429} | ${'rate-limited'}
    ${503} | ${'unavailable'}
  `('HTTP $status is $problem', async ({ status, problem }) => {
    answer = (_, response) => response.writeHead(status).end('no');
    const error = await new Prometheus({ url, retry }).value('up', signal).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ provider: 'prometheus', problem });
  });

  it('is unavailable where nothing listens, and where the answer is no JSON', async () => {
    await expect(new Prometheus({ url: NOWHERE, retry }).value('up', signal)).rejects.toMatchObject({
      problem: 'unavailable',
    });
    answer = (_, response) => response.end('<html>');
    await expect(new Prometheus({ url, retry }).value('up', signal)).rejects.toMatchObject({ problem: 'unavailable' });
  });

  it('does not take the JSON of something else for an answer', async () => {
    answer = (_, response) => response.end('{"status":"ok"}');
    await expect(new Prometheus({ url, retry }).value('up', signal)).rejects.toBeInstanceOf(BadQuery);
  });
});

describe('the health check', () => {
  const check = (path = '', expected = 200) => probeHealth({ url: url + path, expect: expected }, signal);

  it.each`
    status | expected | reading
    ${200} | ${200}   | ${{ kind: 'healthy' }}
    ${204} | ${204}   | ${{ kind: 'healthy' }}
    ${503} | ${200}   | ${{ kind: 'unhealthy', says: expect.stringContaining('answered HTTP 503, expected 200') }}
    ${204} | ${200}   | ${{ kind: 'unhealthy', says: expect.stringContaining('HTTP 204') }}
  `('HTTP $status where $expected is expected', async ({ status, expected, reading }) => {
    answer = (_, response) => response.writeHead(status).end('x');
    expect(await check('', expected)).toEqual(reading);
  });

  it('follows a redirect on the same host, but to no other', async () => {
    let asked = 0;
    answer = (request, response) => {
      asked += 1;
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
      else if (request.url === '/b') response.writeHead(200).end();
      else response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
    };
    expect(await check('/a')).toEqual({ kind: 'healthy' });
    expect(await check('/away')).toMatchObject({ kind: 'unhealthy', says: expect.stringContaining('HTTP 302') });
    expect(asked).toBe(3);
  });

  it('does not go in circles', async () => {
    answer = (_, response) => response.writeHead(302, { location: '/again' }).end();
    expect(await check()).toMatchObject({ kind: 'unhealthy' });
  });

  it('is unhealthy where the connection is refused, and no data where nobody was asked', async () => {
    await new Promise((resolve) => server.close(resolve));
    expect(await check('/x?token=secret')).toEqual({
      kind: 'unhealthy',
      says: `${url}/x does not answer: ECONNREFUSED`,
    });
    // fetch does not talk to this port
    expect(await probeHealth({ url: NOWHERE, expect: 200 }, signal)).toMatchObject({ kind: 'no-data' });
    expect(await probeHealth({ url: 'http://no-such-host.invalid/', expect: 200 }, signal)).toMatchObject({
      kind: 'no-data',
    });
  });

  it('does not wait for ever, nor read an endless body', async () => {
    answer = (_, response) => {
      const flood = setInterval(() => response.write('x'.repeat(1_000)), 1);
      response.on('close', () => clearInterval(flood));
    };
    expect(await check()).toEqual({ kind: 'healthy' });
    answer = () => undefined;
    expect(await check()).toMatchObject({ kind: 'unhealthy', says: expect.stringContaining('within 5 s') });
  });
});

describe('a look', () => {
  it('looks only at what it is asked for', async () => {
    expect(await look({}, undefined, signal)).toEqual({});
    answer = (_, response) => response.end('fine');
    expect(await look({ health: { url, expect: 200 } }, undefined, signal)).toEqual({ health: { kind: 'healthy' } });
  });

  it.each`
    wish                               | prometheus                          | why
    ${{ query: 'up' }}                 | ${undefined}                        | ${/PROMETHEUS_URL is not set/}
    ${{ why: 'there is no workload' }} | ${new Prometheus({ url: NOWHERE })} | ${/there is no workload/}
    ${{ query: 'up' }}                 | ${new Prometheus({ url: NOWHERE })} | ${/unavailable/}
  `('has no data when $why', async ({ wish, prometheus, why }) => {
    expect(await look({ errorRate: wish }, prometheus, signal)).toEqual({
      errorRate: { kind: 'no-data', why: expect.stringMatching(why) },
    });
  });
});
