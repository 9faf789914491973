import { ApiTokens, type RunningService, roles, type ServiceDefinition, startService } from '@prunella/service-kit';
import { startTestNats, startTestPostgres, type TestServer } from '@prunella/testing';
import type { z } from 'zod';
import { auditor } from '../../services/auditor/src/service.ts';
import { detector } from '../../services/detector/src/service.ts';
import { diagnoser } from '../../services/diagnoser/src/service.ts';
import { service as remediator } from '../../services/remediator/src/service.ts';
import { routesOf } from './routes.ts';
import { WHO_MAY, type Who } from './who-may.ts';

const SHARED = 'the-shared-token';
const DEFINITIONS = { auditor, detector, diagnoser, remediator };
type Name = keyof typeof DEFINITIONS;
const NAMES = Object.keys(DEFINITIONS) as Name[];
/** `unknown`: a token that nobody gave out; `expired`: one of an admin that was; `shared`: PRUNELLA_API_TOKEN. */
const OTHERS = ['none', 'unknown', 'expired', 'shared'] as const;

let servers: TestServer[];
let services: Record<Name, RunningService>;
const tokens = new Map<string, string>();

beforeAll(async () => {
  const [nats, postgres] = await Promise.all([startTestNats(), startTestPostgres()]);
  servers = [nats, postgres];
  const variables = {
    ...{ NATS_URL: nats.url, DATABASE_URL: postgres.url, PRUNELLA_API_TOKEN: SHARED, LOG_LEVEL: 'silent' },
    // What is not set is refused in any case.
    ...{ GITHUB_WEBHOOK_SECRET: 'a', GITLAB_WEBHOOK_TOKEN: 'b', JENKINS_WEBHOOK_TOKEN: 'c', SLACK_SIGNING_SECRET: 'd' },
  };
  const started = await Promise.all(
    NAMES.map(async (name) => {
      const definition = DEFINITIONS[name] as unknown as ServiceDefinition<z.ZodType>;
      return [name, await startService(definition, { ...variables, [`PORT_${name.toUpperCase()}`]: '0' })] as const;
    }),
  );
  services = Object.fromEntries(started) as Record<Name, RunningService>;
  const issuer = services.auditor.app.get(ApiTokens);
  for (const role of roles) {
    tokens.set(role, (await issuer.create({ name: `a ${role}`, role, createdBy: 'spec' })).token);
  }
  const over = { name: 'over', role: 'admin', createdBy: 'spec', expiresAt: '2026-01-01T00:00:00Z' } as const;
  tokens.set('expired', (await issuer.create(over)).token);
  tokens.set('unknown', `prn_${'x'.repeat(43)}`);
  tokens.set('shared', SHARED);
}, 120_000);

afterAll(async () => {
  await Promise.all(Object.values(services ?? {}).map((service) => service.close()));
  await Promise.all((servers ?? []).map((server) => server.stop()));
});

/** The status of the answer; the body is not waited for: some never end. */
async function statusOf(name: Name, method: string, path: string, who: string): Promise<number> {
  const token = tokens.get(who);
  const response = await fetch(new URL(path.replaceAll(/:\w+/g, 'none'), services[name].url), {
    method,
    redirect: 'manual',
    headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
  });
  await response.body?.cancel();
  return response.status;
}

/** 401: who is it? 403: they may not. 0: let in, whatever came of it. */
function expected(may: Who, who: string): number {
  if (may === 'anybody') return 0;
  if (may === 'own secret' || who === 'none' || who === 'unknown' || who === 'expired') return 401;
  return who === 'shared' || may.some((role) => role === who) ? 0 : 403;
}

describe.each(NAMES)('the %s', (name) => {
  const table = Object.entries(WHO_MAY[name]);

  it('has no route that is not in the table, and none in the table is gone', () => {
    expect(routesOf(services[name]).sort()).toEqual(Object.keys(WHO_MAY[name]).sort());
  });

  it.each(table)('%s: %s', async (route, may) => {
    const [method = '', path = ''] = route.split(' ');
    for (const who of [...OTHERS, ...roles]) {
      const status = await statusOf(name, method, path, who);
      expect([route, who, status === 401 || status === 403 ? status : 0]).toEqual([route, who, expected(may, who)]);
      // a mistake of ours would let in and count as "let in"
      expect([route, who, status >= 500 && status !== 503]).toEqual([route, who, false]);
    }
  });
});

it('is the same for HEAD, and however the path is written', async () => {
  expect(await statusOf('auditor', 'HEAD', '/v1/incidents', 'none')).toBe(401);
  expect(await statusOf('auditor', 'HEAD', '/v1/incidents', 'viewer')).toBe(200);
  for (const path of ['/V1/Incidents', '/v1/incidents/', '/v1/incidents?token=x']) {
    expect([path, await statusOf('auditor', 'GET', path, 'none')]).toEqual([path, 401]);
  }
  for (const path of ['/v1//incidents', '/v1/%69ncidents', '/health/../v1/incidents', '/v1/incidents;x']) {
    expect([path, await statusOf('auditor', 'GET', path, 'none')]).not.toEqual([path, 200]);
  }
});

it.each(NAMES)(
  'no answer of the %s is taken for something else, framed, or told where it was asked from',
  async (name) => {
    const paths = ['/health', '/metrics', '/nowhere', '/v1/incidents', '/openapi.json', '/', '/favicon.svg'];
    for (const path of paths) {
      for (const accept of ['application/json', 'text/html']) {
        const { headers } = await fetch(new URL(path, services[name].url), { headers: { accept } });
        const policy = headers.get('content-security-policy') ?? '';
        expect([path, policy]).toEqual([path, expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/)]);
        expect([path, /script-src[^;]*(?:unsafe|data:|https?:|\*)/.test(policy)]).toEqual([path, false]);
        expect([path, headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual([
          ...[path, 'nosniff', 'DENY'],
        ]);
        expect([path, headers.get('referrer-policy'), headers.get('cross-origin-resource-policy')]).toEqual([
          ...[path, 'same-origin', 'same-origin'],
        ]);
        expect([path, headers.get('access-control-allow-origin'), headers.get('x-powered-by')]).toEqual([
          path,
          null,
          null,
        ]);
      }
    }
  },
);

it('keeps of a token nothing that lets in', async () => {
  const { bus } = services.auditor.app.get(ApiTokens) as unknown as { bus: import('@prunella/bus').Bus };
  const kept: string[] = [];
  for (const bucket of ['prunella_api_tokens', 'prunella_token_uses'] as const) {
    for (const entry of await (await bus.bucket(bucket)).entries()) kept.push(JSON.stringify(entry));
  }
  const text = kept.join('\n');
  expect(text).toContain('a viewer');
  for (const role of roles) expect(text).not.toContain(tokens.get(role)?.slice('prn_'.length));
  // the digest that it is found by is no token either
  const digest = /"key":"([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
  expect(digest).not.toBe('');
  tokens.set('digest', digest);
  expect(await statusOf('auditor', 'GET', '/v1/incidents', 'digest')).toBe(401);
});
