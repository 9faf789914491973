import { createHash } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import { ApiTokens, type Role, type RunningService } from '@prunella/service-kit';
import Provider from 'oidc-provider';
import { until } from '../../../../tests/support/until.ts';
import { Browser, type Page } from '../../test/browser.ts';
import { Running } from '../../test/running.ts';

const SHARED = 'a-long-secret';
const SHARED_HASH = `sha256:${createHash('sha256').update(SHARED).digest('hex')}`;
const CONSOLE = 'http://prunella.test';
const GROUPS: Record<string, string[]> = { ada: ['leads'], grace: ['sre'], mallory: [] };

let running: Running;
let provider: Server;
let issuer: string;
let guarded: RunningService;
let other: RunningService;

beforeAll(async () => {
  // The provider says at length that it is not made for production.
  for (const kind of ['info', 'warn'] as const) jest.spyOn(console, kind).mockImplementation(() => undefined);
  [running, [provider, issuer]] = await Promise.all([Running.start(), startProvider()]);
  guarded = await running.auditor({
    ...{ PRUNELLA_API_TOKEN: SHARED, PRUNELLA_PUBLIC_URL: CONSOLE, OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'prunella' },
    ...{ OIDC_CLIENT_SECRET: 'between-us', OIDC_SCOPES: 'openid email groups', OIDC_ROLES: 'admin=leads;operator=sre' },
  });
  other = await running.auditor({ PRUNELLA_API_TOKEN: SHARED_HASH });
}, 60_000);
afterAll(async () => {
  await running?.stop();
  provider?.closeAllConnections();
  await new Promise((resolve) => provider?.close(resolve));
});

async function send(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = bearer(SHARED),
  service = guarded,
) {
  const response = await fetch(new URL(path, service.url), {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

async function tokenOf(role: Role, name = `${role}-${Math.random()}`): Promise<{ id: string; token: string }> {
  const { status, body } = await send('POST', '/v1/tokens', { name, role, by: 'spec' });
  expect(status).toBe(200);
  return body;
}

it('a service that was given only the hash of the token lets in who shows the token, and not who shows the hash', async () => {
  const asked = (token: string) => send('GET', '/v1/tokens', undefined, bearer(token), other);
  expect((await asked(SHARED)).status).toBe(200);
  for (const shown of [SHARED_HASH, SHARED_HASH.slice('sha256:'.length)]) expect((await asked(shown)).status).toBe(401);
});

describe('a token', () => {
  it('lets in at every replica until it is revoked, and is kept nowhere', async () => {
    const { id, token } = await tokenOf('viewer', 'wallboard');
    expect(token).toMatch(/^prn_[\w-]{43}$/);
    for (const service of [guarded, other]) {
      expect((await send('GET', '/v1/session', undefined, bearer(token), service)).body).toMatchObject({
        ...{ name: 'wallboard', role: 'viewer', by: 'token' },
      });
    }
    const listed = (await send('GET', '/v1/tokens')).body.items.find((item: { id: string }) => item.id === id);
    expect(listed).toMatchObject({ name: 'wallboard', role: 'viewer', createdBy: 'spec', expiresAt: null });
    const kept = await (await running.bus.bucket('prunella_api_tokens')).entries();
    expect(JSON.stringify(kept)).not.toContain(token);

    expect((await send('DELETE', `/v1/tokens/${id}`, { by: 'spec', reason: 'lost' })).status).toBe(200);
    await until(
      async () => (await send('GET', '/v1/incidents', undefined, bearer(token), other)).status === 401,
      'the other replica refuses it',
    );
    expect((await send('GET', '/v1/incidents', undefined, bearer(token))).status).toBe(401);
    expect((await send('DELETE', `/v1/tokens/${id}`, { by: 'spec' })).status).toBe(404);
  });

  it('has a name of its own', async () => {
    await tokenOf('viewer', 'once');
    expect((await send('POST', '/v1/tokens', { name: 'once', role: 'viewer', by: 'spec' })).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('found once'),
    });
  });

  it('that has expired is none', async () => {
    const tokens = guarded.app.get(ApiTokens);
    const about = { name: 'old', role: 'admin', createdBy: 'spec', expiresAt: new Date(Date.now() - 1).toISOString() };
    const { token } = await tokens.create(about as Parameters<ApiTokens['create']>[0]);
    const fresh = await tokens.create({
      ...about,
      name: 'new',
      role: 'viewer',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    await until(
      async () => (await send('GET', '/v1/incidents', undefined, bearer(fresh.token))).status === 200,
      'the new token is known',
    );
    expect((await send('GET', '/v1/incidents', undefined, bearer(token))).status).toBe(401);
  });

  it.each`
    wish                                                  | field
    ${{ name: 'x', role: 'owner', by: 'spec' }}           | ${'role'}
    ${{ name: '', role: 'viewer', by: 'spec' }}           | ${'name'}
    ${{ name: 'slack:U1', role: 'viewer', by: 'spec' }}   | ${'name'}
    ${{ name: 'x', role: 'viewer' }}                      | ${'by'}
    ${{ name: 'x', role: 'viewer', by: 'slack:U1' }}      | ${'by'}
    ${{ name: 'x', role: 'viewer', by: 'y', expires: 1 }} | ${'expires'}
  `('$wish is refused by $field', async ({ wish, field }) => {
    expect((await send('POST', '/v1/tokens', wish)).body).toMatchObject({ status: 400, field });
  });
});

describe('a change', () => {
  const test = { test: 'cart > adds', repository: 'acme/shop', owner: 'ada', reason: 'fails on Mondays' };

  it('is recorded with whose token it was, whatever else is said', async () => {
    const { token } = await tokenOf('operator', 'ci-bot');
    const { body } = await send('POST', '/v1/quarantine', { ...test, by: 'the boss' }, bearer(token));
    expect(body).toMatchObject({ by: 'ci-bot' });
    const { items } = (await send('GET', '/v1/changes?limit=1')).body;
    expect(items).toEqual([
      expect.objectContaining({
        ...{ who: 'ci-bot', role: 'operator', via: 'token', what: 'POST /v1/quarantine', status: 200 },
        ...{ reason: 'fails on Mondays', request: expect.stringContaining('acme/shop') },
      }),
    ]);
  });

  it('that was refused is recorded as well, those not allowed and those that are no change are not', async () => {
    const before = (await send('GET', '/v1/changes?limit=1')).body.items[0].id;
    await send('POST', '/v1/approvals/none', {
      approved: true,
      by: 'spec',
      reason: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    });
    await send('POST', '/v1/approvals/none', { approved: true }, {});
    await send('POST', '/v1/quarantine/results', { repository: 'a/b', branch: 'x', runId: '1', results: [] });
    const { items } = (await send('GET', '/v1/changes')).body;
    const since = items.filter(({ id }: { id: string }) => Number(id) > Number(before));
    expect(since).toEqual([expect.objectContaining({ who: 'spec', via: 'shared', status: 404 })]);
    expect(JSON.stringify(since)).not.toContain('ghp_0123');
  });

  it('is refused where it is JSON deeper than we take, whatever of it would be read', async () => {
    const ask = (levels: number) =>
      fetch(new URL('/v1/tokens', guarded.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(SHARED) },
        body: `{"name":"deep","role":"viewer","by":"spec","more":${'['.repeat(levels)}"[["${']'.repeat(levels)}}`,
      });
    const tooDeep = await ask(8_000);
    expect([tooDeep.status, await tooDeep.json()]).toEqual([
      400,
      {
        ...{ title: 'Bad request', status: 400, field: 'body' },
        detail: 'body: expected JSON at most 200 deep, found it deeper',
      },
    ]);
    // As deep as it may be: read, and refused for what stands there.
    expect(await (await ask(199)).json()).toMatchObject({ status: 400, detail: expect.stringContaining('more') });
  });

  it.each`
    encoding     | charset       | status
    ${'utf16le'} | ${'utf-16'}   | ${415}
    ${'utf16le'} | ${'UTF-16LE'} | ${415}
    ${'utf8'}    | ${'UTF-8'}    | ${200}
    ${'utf8'}    | ${'"utf-8"'}  | ${200}
  `('as JSON in $charset is $status', async ({ encoding, charset, status }) => {
    const response = await fetch(new URL('/v1/tokens', guarded.url), {
      method: 'POST',
      headers: { 'content-type': `application/json; charset=${charset}`, ...bearer(SHARED) },
      body: Buffer.from(`{"name":"in ${charset.replaceAll('"', '')}","role":"viewer","by":"∀"}`, encoding),
    });
    expect([response.status, await response.text()]).toEqual([
      status,
      expect.stringContaining(status === 200 ? 'prn_' : 'in UTF-8'),
    ]);
  });

  it('of a page of another site is refused, unless it shows a token', async () => {
    const evil = { origin: 'https://evil.example' };
    const open = await running.auditor();
    expect((await send('POST', '/v1/quarantine', test, evil, open)).body).toMatchObject({
      status: 403,
      title: 'Cross-origin request',
    });
    expect((await send('POST', '/v1/quarantine', test, {}, open)).status).toBe(200);
    expect((await send('POST', '/v1/quarantine', test, { ...evil, ...bearer(SHARED) })).status).toBe(200);
    await open.close();
  });

  it('of a page whose name was made to point here is refused, and shown nothing, where nobody is asked for a token', async () => {
    const open = await running.auditor({ PRUNELLA_PUBLIC_URL: CONSOLE });
    const statusOf = async (method: string, host: string) =>
      await new Promise<number | undefined>((resolve, reject) => {
        const path = method === 'GET' ? '/v1/incidents' : '/v1/quarantine';
        const headers = { host, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
        request(new URL(path, open.url), { method, headers }, (response) => resolve(response.resume().statusCode))
          .on('error', reject)
          .end(method === 'GET' ? undefined : JSON.stringify({ ...test, test: 'cart > rebound' }));
      });
    for (const method of ['GET', 'POST']) {
      expect([method, await statusOf(method, `rebound.example:${new URL(open.url).port}`)]).toEqual([method, 403]);
      expect([method, await statusOf(method, new URL(CONSOLE).host)]).toEqual([method, 200]);
      expect([method, await statusOf(method, `localhost:${new URL(open.url).port}`)]).toEqual([method, 200]);
    }
    await open.close();
  });
});

describe('sign-in', () => {
  it('makes somebody who they are at the provider, with the role of their group', async () => {
    const browser = new Browser({ [CONSOLE]: guarded.url });
    expect(await signIn(browser, 'ada', '/incidents/inc_1?tab=log')).toMatchObject({
      url: { href: `${CONSOLE}/incidents/inc_1?tab=log` },
    });
    const cookie = browser.cookiesOf(CONSOLE);
    expect(cookie).toMatch(/^prunella_session=[\w-]{43}$/);
    const me = { cookie };
    expect((await send('GET', '/v1/session', undefined, me)).body).toEqual({
      ...{ name: 'ada@example.com', role: 'admin', by: 'session', singleSignOn: true },
    });
    const added = await send(
      'POST',
      '/v1/quarantine',
      { test: 't', repository: 'a/b', owner: 'o', reason: 'r', by: 'eve' },
      me,
    );
    expect(added.body).toMatchObject({ by: 'ada@example.com' });
    const forged = await send('POST', '/v1/quarantine', {}, { ...me, origin: 'https://evil.example' });
    expect(forged.body).toMatchObject({ status: 403, title: 'Cross-origin request' });
    expect((await send('POST', '/auth/sign-out', {}, me)).status).toBe(204);
    expect((await send('GET', '/v1/incidents', undefined, me)).status).toBe(401);
  });

  it('gives an operator no tokens', async () => {
    const browser = new Browser({ [CONSOLE]: guarded.url });
    await signIn(browser, 'grace');
    const me = { cookie: browser.cookiesOf(CONSOLE) };
    expect((await send('GET', '/v1/incidents', undefined, me)).status).toBe(200);
    expect((await send('POST', '/v1/tokens', { name: 'x', role: 'admin' }, me)).body).toMatchObject({
      ...{
        status: 403,
        detail: expect.stringContaining('expected the role admin, found grace@example.com, who is operator'),
      },
    });
  });

  it('without a group that has a role lets nobody in, and says so', async () => {
    const browser = new Browser({ [CONSOLE]: guarded.url });
    expect((await signIn(browser, 'mallory')).url.href).toBe(`${CONSOLE}/?sign-in=no-role`);
    expect(browser.cookiesOf(CONSOLE)).toBe('');
  });

  it('that another browser began, or that was finished before, is none', async () => {
    const [hers, theirs] = [new Browser({ [CONSOLE]: guarded.url }), new Browser({ [CONSOLE]: guarded.url })];
    const callback = await signIn(hers, 'ada', '/', true);
    expect((await theirs.go(callback.url.href)).url.search).toBe('?sign-in=expired');
    // the state is used up by whoever came first
    expect((await hers.go(callback.url.href)).url.search).toBe('?sign-in=expired');
    expect(theirs.cookiesOf(CONSOLE) + hers.cookiesOf(CONSOLE)).not.toContain('session');
  });

  it('that the person cancels is refused', async () => {
    const browser = new Browser({ [CONSOLE]: guarded.url });
    const form = await browser.go(`${CONSOLE}/auth/sign-in`);
    const end = await browser.go(`${form.url.href}/abort`);
    expect(end.url.href).toBe(`${CONSOLE}/?sign-in=refused`);
  });

  it('with a provider that is away says so', async () => {
    const lost = await running.auditor({
      ...{ PRUNELLA_PUBLIC_URL: CONSOLE, OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'prunella' },
    });
    const { url } = await new Browser({ [CONSOLE]: lost.url }).go(`${CONSOLE}/auth/sign-in`);
    expect(url.href).toBe(`${CONSOLE}/?sign-in=unavailable`);
    expect((await send('GET', '/v1/incidents', undefined, {}, lost)).status).toBe(401);
    await lost.close();
  });

  it.each`
    variables                                                                                         | problem
    ${{ OIDC_CLIENT_ID: 'prunella' }}                                                                 | ${/PRUNELLA_PUBLIC_URL/}
    ${{ PRUNELLA_PUBLIC_URL: CONSOLE }}                                                               | ${/OIDC_CLIENT_ID is not/}
    ${{ PRUNELLA_PUBLIC_URL: CONSOLE, OIDC_CLIENT_ID: 'prunella', OIDC_ISSUER: 'http://id.example' }} | ${/expected an https:\/\/ address/}
    ${{ OIDC_ROLES: 'boss=leads' }}                                                                   | ${/OIDC_ROLES: expected role=group/}
  `('is not half configured: $variables', async ({ variables, problem }) => {
    await expect(running.auditor({ OIDC_ISSUER: issuer, ...variables })).rejects.toThrow(problem);
  });
});

/** Goes through the forms of the provider. @param stop before the provider's answer reaches us. */
async function signIn(browser: Browser, login: string, to = '/', stop = false): Promise<Page> {
  let page = await browser.go(`${CONSOLE}/auth/sign-in?${new URLSearchParams({ to })}`);
  expect(page.url.origin).toBe(issuer);
  page = await browser.go(page.url.href, { method: 'POST', form: { prompt: 'login', login, password: 'x' } });
  const stopAt = stop ? (url: URL) => url.pathname === '/auth/callback' : undefined;
  return await browser.go(page.url.href, { method: 'POST', form: { prompt: 'consent' } }, stopAt);
}

/** A real OpenID provider whose people need no password. */
async function startProvider(): Promise<[Server, string]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const oidc = new Provider(address, {
    clients: [{ client_id: 'prunella', client_secret: 'between-us', redirect_uris: [`${CONSOLE}/auth/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'email', 'groups'],
    findAccount: async (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, email: `${sub}@example.com`, email_verified: true, groups: GROUPS[sub] ?? [] }),
    }),
    cookies: { keys: ['spec'] },
  });
  server.on('request', oidc.callback());
  return [server, address];
}
