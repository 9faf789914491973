import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEnvironment } from '@prunella/service-kit';
import { AuditorEnvironment } from '../environment.ts';
import { SingleSignOn } from './single-sign-on.ts';

let server: Server;
let issuer: string;
/** What the provider publishes beside its own addresses. */
let published: Record<string, string>;
let asked: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      ...published,
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked = [];
  published = {};
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function finished(): Promise<unknown> {
  const environment = readEnvironment(AuditorEnvironment, {
    ...{ DATABASE_URL: 'postgres://a@b/c', OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'prunella' },
    PRUNELLA_PUBLIC_URL: 'https://prunella.example',
  });
  const signOn = SingleSignOn.from(environment);
  const begun = await signOn?.begin('a-state');
  if (signOn === undefined || begun === undefined) throw new Error('expected a provider');
  return await signOn.finish('code=1&state=a-state', 'a-state', begun.signIn).catch(String);
}

it('asks the endpoints that the provider names', async () => {
  await finished();
  expect(asked).toEqual(['/.well-known/openid-configuration', '/token']);
});

it.each(['http://169.254.169.254/token', 'http://10.0.0.1/token', 'http://[fd00:ec2::254]/token'])(
  'does not ask %s, whoever names it',
  async (endpoint) => {
    published = { token_endpoint: endpoint };
    expect(await finished()).toContain('expected a public address');
    expect(asked).toEqual(['/.well-known/openid-configuration']);
  },
);
