import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onRequest, ProviderError, type ProviderRequest } from '@prunella/core';
import { jsonOf } from './body.ts';
import { problemOf, type RequestOptions, request, retryAfter } from './request.ts';
import type { RetryPolicy } from './retry-policy.ts';

const now = Date.UTC(2026, 0, 1);

it.each`
  header                             | ms
  ${'30'}                            | ${30_000}
  ${'0'}                             | ${0}
  ${'999999'}                        | ${3_600_000}
  ${'Thu, 01 Jan 2026 00:01:00 GMT'} | ${60_000}
  ${'Wed, 31 Dec 2025 00:00:00 GMT'} | ${0}
  ${'soon'}                          | ${undefined}
  ${''}                              | ${undefined}
  ${null}                            | ${undefined}
`('Retry-After "$header" is $ms ms', ({ header, ms }) => {
  expect(retryAfter(header, now)).toBe(ms);
});

it.each`
  status | problem
  ${401} | ${'unauthenticated'}
  ${403} | ${'forbidden'}
  ${404} | ${'not-found'}
  ${409} | ${'refused'}
  ${422} | ${'refused'}
  ${429} | ${'rate-limited'}
  ${408} | ${'unavailable'}
  ${500} | ${'unavailable'}
  ${503} | ${'unavailable'}
`('HTTP $status is $problem', ({ status, problem }) => {
  expect(problemOf(status)).toBe(problem);
});

describe('request', () => {
  let server: Server;
  let url: string;
  /** How the next requests are answered, in order; after that with `{}`. */
  let answers: RequestListener[];
  let asked: number;

  beforeEach(async () => {
    answers = [];
    asked = 0;
    server = createServer((incoming, response) => {
      asked += 1;
      const answer = answers.shift() ?? ((_, it) => it.end('{}'));
      answer(incoming, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const status =
    (code: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
    (_, response) =>
      response.writeHead(code, headers).end(body);
  const cut: RequestListener = (_, response) => response.destroy();

  function ask(path: string, options: Partial<RequestOptions> = {}): Promise<Response> {
    return request(`${url}${path}`, { provider: 'it', signal: AbortSignal.timeout(10_000), ...options });
  }

  /** What was thrown, which has to be a ProviderError. */
  async function problem(asking: Promise<unknown>): Promise<ProviderError> {
    const thrown: unknown = await asking.catch((error: unknown) => error);
    if (!(thrown instanceof ProviderError)) throw new Error(`expected a ProviderError, found ${String(thrown)}`);
    return thrown;
  }

  function retries(waited: number[] = []): RetryPolicy {
    const sleep = async (ms: number) => waited.push(ms);
    return { attempts: 3, firstDelayMs: 100, longestDelayMs: 5_000, random: () => 1, sleep };
  }

  it('asks again after server errors, cut connections and short rate limits', async () => {
    const waited: number[] = [];
    answers = [status(502), cut];
    expect((await ask('/', { retry: retries(waited) })).status).toBe(200);
    answers = [status(429, { 'retry-after': '2' })];
    expect((await ask('/', { retry: retries(waited) })).status).toBe(200);
    expect(waited).toEqual([100, 200, 2_000]);
  });

  it('gives up after so many times, with the last answer', async () => {
    answers = [status(500), status(500), status(503)];
    expect(await problem(ask('/', { retry: retries() }))).toMatchObject({
      problem: 'unavailable',
      options: { status: 503 },
    });
    expect(asked).toBe(3);
  });

  it('asks once only, unless told otherwise, and once for what does not change', async () => {
    answers = [status(500)];
    expect(await problem(ask('/', { method: 'POST', json: {} }))).toMatchObject({ problem: 'unavailable' });
    answers = [status(403)];
    expect(await problem(ask('/', { retry: retries() }))).toMatchObject({ problem: 'forbidden' });
    answers = [status(429, { 'retry-after': '600' })];
    expect(await problem(ask('/', { retry: retries() }))).toMatchObject({
      problem: 'rate-limited',
      options: { retryAfterMs: 600_000 },
    });
    expect(asked).toBe(3);
  });

  it('stops waiting when it is told to, with what the other side said', async () => {
    const stop = new AbortController();
    answers = [status(503)];
    const sleep = async () => {
      stop.abort();
      throw stop.signal.reason;
    };
    const error = await problem(ask('/', { signal: stop.signal, retry: { ...retries(), sleep } }));
    expect(error.options.status).toBe(503);
    expect(asked).toBe(1);
  });

  it('is unavailable when there is no answer in time', async () => {
    answers = [() => undefined];
    expect(await problem(ask('/', { signal: AbortSignal.timeout(100) }))).toMatchObject({ problem: 'unavailable' });
  });

  it('names neither token, query nor a secret address', async () => {
    const headers = { authorization: 'Bearer sesame' };
    answers = [status(404), status(404), cut];
    const told = [
      await problem(ask('/a?key=sesame', { headers })),
      await problem(ask('/services/sesame', { secretUrl: true })),
      await problem(ask('/services/sesame', { secretUrl: true })),
      await problem(request('sesame', { provider: 'it', signal: AbortSignal.timeout(1_000) })),
    ];
    expect(JSON.stringify(told.map(({ message, options }) => [message, String(options.cause)]))).not.toContain(
      'sesame',
    );
    expect(told[0]?.message).toContain(`GET ${url}/a: HTTP 404`);
    expect(told[1]?.message).toContain(`GET ${url}/...: HTTP 404`);
  });

  it('sends a form, and gives a redirect as it is where that is wanted', async () => {
    const heard: string[] = [];
    answers = [
      (incoming, response) => {
        heard.push(incoming.headers['content-type'] ?? '');
        incoming.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
        incoming.on('end', () => response.writeHead(302, { location: '/login' }).end());
      },
    ];
    const options = { method: 'POST', form: { a: '1 & 2', ü: '' }, redirect: 'manual' } as const;
    const response = await ask('/x', options);
    expect([response.status, response.headers.get('location'), asked]).toEqual([302, '/login', 1]);
    expect(heard).toEqual(['application/x-www-form-urlencoded;charset=UTF-8', 'a=1+%26+2&%C3%BC=']);
  });

  it('lets those who count know of each', async () => {
    const heard: ProviderRequest[] = [];
    const stop = onRequest((told) => heard.push(told));
    answers = [status(429), status(503)];
    await ask('/', { retry: retries() });
    stop();
    await ask('/');
    expect(heard).toEqual([
      { provider: 'it', result: 'rate-limited' },
      { provider: 'it', result: 'unavailable' },
      { provider: 'it', result: 'ok' },
    ]);
  });

  it('reads little of an error, however long it is', async () => {
    let written = 0;
    answers = [
      (_, response) => {
        response.writeHead(400);
        const more = () => {
          while (!response.destroyed && written < 1e9 && response.write('x'.repeat(65_536))) written += 65_536;
        };
        response.on('drain', more);
        more();
      },
    ];
    expect((await problem(ask('/'))).message.length).toBeLessThan(400);
    expect(written).toBeLessThan(1e8);
  });

  it.each`
    what            | answer                                                                  | maxBytes     | says
    ${'not JSON'}   | ${status(200, {}, '<html>')}                                            | ${undefined} | ${/expected JSON/}
    ${'too long'}   | ${status(200, {}, JSON.stringify('x'.repeat(100)))}                     | ${50}        | ${/expected at most 50 bytes/}
    ${'too deep'}   | ${status(200, {}, `{"a":${'['.repeat(200)}${']'.repeat(200)}}`)}        | ${undefined} | ${/expected JSON at most 200 deep/}
    ${'broken off'} | ${status(200, { 'content-length': '10', connection: 'close' }, '{"a"')} | ${undefined} | ${/broke off/}
  `('says what is wrong with an answer that is $what', async ({ answer, maxBytes, says }) => {
    answers = [answer];
    const error = await problem(ask('/x').then((response) => jsonOf(response, 'it', maxBytes)));
    expect(error).toMatchObject({ problem: 'unavailable', message: expect.stringMatching(says) });
  });

  it('reads JSON that is as deep as it may be', async () => {
    answers = [status(200, {}, `${'['.repeat(200)}"[{"${']'.repeat(200)}`)];
    const json = await jsonOf(await ask('/x'), 'it');
    expect((json as unknown[]).flat(200)).toEqual(['[{']);
  });
});
