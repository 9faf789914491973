import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AddressRefused } from './address-refused.ts';
import { checkedAgent, checkedLookup, type Resolve } from './checked-agent.ts';
import { outgoing, type Rule } from './outgoing.ts';
import { redirectOrigins } from './redirect-origins.ts';

const SECRETS = {
  authorization: 'Bearer sesame',
  'private-token': 'sesame',
  'x-scope-orgid': 'one',
  cookie: 'a=sesame',
  accept: 'text/plain',
};
const FAR = 'https://api.github.example';
const METADATA = 'http://169.254.169.254/latest/meta-data/';

/** A real server that says what it was asked. */
class Site {
  readonly heard: IncomingMessage[] = [];
  connections = 0;
  answer: RequestListener = (_, response) => response.end('here');

  private constructor(private readonly server: Server) {
    server.on('connection', () => {
      this.connections += 1;
    });
    server.on('request', (request, response) => {
      this.heard.push(request);
      this.answer(request, response);
    });
  }

  static async start(): Promise<Site> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Site(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  sendsTo(location: string, status = 302): void {
    this.answer = (_, response) => response.writeHead(status, { location }).end();
  }

  /** As a proxy that opens no tunnel. */
  refusesTunnels(wanted: (to: string | undefined) => void): void {
    this.server.on('connect', (request: IncomingMessage, socket) => {
      wanted(request.url);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

let home: Site;
let other: Site;

beforeEach(async () => {
  [home, other] = await Promise.all([Site.start(), Site.start()]);
});
afterEach(() => Promise.all([home.stop(), other.stop()]));

const ask = (url: string, rule: Rule, init: RequestInit = {}) =>
  outgoing(rule)(url, { headers: SECRETS, signal: AbortSignal.timeout(10_000), ...init });

async function refused(asking: Promise<Response>): Promise<string> {
  const thrown: unknown = await asking.catch((error: unknown) => error);
  if (!(thrown instanceof AddressRefused)) throw new Error(`expected AddressRefused, found ${String(thrown)}`);
  return thrown.message;
}

describe('at home', () => {
  it('shows what it has, also after a redirect within it', async () => {
    home.answer = (request, response) =>
      request.url === '/old' ? response.writeHead(301, { location: '/new' }).end() : response.end('here');
    expect(await (await ask(`${home.url}/old`, { home: home.url })).text()).toBe('here');
    expect(home.heard.map(({ url, headers }) => [url, headers.authorization, headers['private-token']])).toEqual([
      ['/old', 'Bearer sesame', 'sesame'],
      ['/new', 'Bearer sesame', 'sesame'],
    ]);
  });

  it('may be anywhere: the platform of most people is on a private address', async () => {
    expect((await ask(`${home.url}/`, { home: home.url })).status).toBe(200);
  });

  it('sends a body again only where method and body stay the same', async () => {
    const post = { method: 'POST', body: 'told' };
    for (const [status, times] of [
      [307, 2],
      [308, 2],
      [302, 1],
      [303, 1],
    ] as const) {
      home.heard.length = 0;
      home.answer = (request, response) =>
        request.url === '/old' ? response.writeHead(status, { location: '/new' }).end() : response.end();
      const response = await ask(`${home.url}/old`, { home: home.url }, post);
      expect([response.status, home.heard.length]).toEqual([times === 2 ? 200 : status, times]);
    }
  });

  it('ends a circle', async () => {
    home.sendsTo('/');
    expect(await refused(ask(`${home.url}/`, { home: home.url }))).toContain('at most 5 redirects');
    expect(home.heard).toHaveLength(6);
  });

  it('gives a redirect as it is where that is wanted', async () => {
    home.sendsTo(METADATA);
    const response = await ask(`${home.url}/`, { home: home.url }, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, METADATA]);
  });
});

describe('elsewhere', () => {
  it('is not asked unless that is wanted', async () => {
    home.sendsTo(other.url);
    expect(await refused(ask(`${home.url}/`, { home: home.url }))).toContain(`found ${other.url}`);
    expect(other.connections).toBe(0);
  });

  it('is told nothing of who we are, nor is home after it', async () => {
    home.answer = (request, response) =>
      request.url === '/' ? response.writeHead(302, { location: `${other.url}/back` }).end() : response.end('home');
    other.sendsTo(`${home.url}/end`);
    const response = await ask(`${home.url}/`, { home: home.url, elsewhere: 'public' });
    expect(await response.text()).toBe('home');
    for (const { headers } of [...other.heard, ...home.heard.slice(1)]) {
      expect(headers).toMatchObject({ accept: 'text/plain' });
      for (const name of ['authorization', 'private-token', 'x-scope-orgid', 'cookie']) {
        expect(headers[name]).toBeUndefined();
      }
    }
    expect([home.heard.length, other.heard.length]).toEqual([2, 1]);
  });

  it('gets no body', async () => {
    home.sendsTo(other.url, 307);
    const response = await ask(
      `${home.url}/`,
      { home: home.url, elsewhere: 'public' },
      { method: 'POST', body: 'told' },
    );
    expect([response.status, other.connections]).toEqual([307, 0]);
  });

  it.each(['http://10.0.0.1/', METADATA, 'http://[fd00:ec2::254]/', 'http://2852039166/', 'http://[::ffff:10.0.0.1]/'])(
    'a redirect to %s is not followed',
    async (address) => {
      home.sendsTo(address);
      const message = await refused(ask(`${home.url}/`, { home: home.url, elsewhere: 'public' }));
      expect(message).toContain('expected a public address');
      expect(message).toContain('PRUNELLA_REDIRECT_ORIGINS');
    },
  );

  it.each(['file:///etc/passwd', 'ftp://example.org/', 'data:text/plain,x', 'javascript:alert(1)'])(
    'a redirect to %s is not followed',
    async (address) => {
      home.sendsTo(address);
      expect(await refused(ask(`${home.url}/`, { home: home.url, elsewhere: 'public' }))).toContain('https://');
    },
  );

  it('is not asked in the clear where home is not', async () => {
    expect(await refused(ask('http://example.org/', { home: FAR, elsewhere: 'public' }))).toContain('found http://');
  });

  it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])(
    'this machine as %s is not asked for somebody who is not on it',
    async (host) => {
      const rule: Rule = { home: 'http://ci.example', elsewhere: 'public' };
      expect(await refused(ask(`http://${host}:${other.port}/`, rule))).toContain('expected a public address');
      expect(other.connections).toBe(0);
    },
  );

  it('may be anywhere where its origin is configured, and is told nothing either', async () => {
    const rule: Rule = { home: FAR, elsewhere: 'public', also: [other.url] };
    expect((await ask(`${other.url}/logs/1`, rule)).status).toBe(200);
    expect(other.heard[0]?.headers.authorization).toBeUndefined();
    expect(await refused(ask(`${home.url}/`, { ...rule, home: 'http://ci.example' }))).toContain('public address');
  });
});

describe('a name', () => {
  const answers =
    (...given: string[][]): Resolve =>
    (_, __, done) => {
      const next = given.length > 1 ? given.shift() : given[0];
      done(
        null,
        (next ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    };
  const lookUp = (resolve: Resolve, all: boolean) =>
    new Promise((settle) => {
      checkedLookup('public', resolve)('a.example', { all }, (error, address, family) =>
        settle(error ?? (all ? address : [address, family])),
      );
    });

  it('is connected to by what was looked up and checked', async () => {
    expect(await lookUp(answers(['93.184.216.34']), false)).toEqual(['93.184.216.34', 4]);
    expect(await lookUp(answers(['2606:2800::1', '93.184.216.34']), true)).toEqual([
      { address: '2606:2800::1', family: 6 },
      { address: '93.184.216.34', family: 4 },
    ]);
  });

  it('is refused with one private address among its own, and where it has none', async () => {
    for (const given of [['93.184.216.34', '10.0.0.1'], ['169.254.169.254']]) {
      expect(AddressRefused.in(await lookUp(answers(given), true))?.message).toContain('a.example');
    }
    expect(await lookUp(answers([]), false)).toMatchObject({ message: 'a.example has no address' });
  });

  it('that changes its address after the first look (rebinding) is refused at its next connection', async () => {
    const agent = checkedAgent('public-or-loopback', answers(['127.0.0.1'], ['10.0.0.1']));
    const get = () =>
      fetch(`http://rebinds.example:${other.port}/`, {
        dispatcher: agent,
        headers: { connection: 'close' },
      } as unknown as RequestInit);
    expect(await (await get()).text()).toBe('here');
    const thrown: unknown = await get().catch((error: unknown) => error);
    expect(AddressRefused.in(thrown)?.message).toContain('rebinds.example');
    expect(other.connections).toBe(1);
    await agent.close();
  });

  describe('with NODE_USE_ENV_PROXY=1', () => {
    const before = { ...process.env };
    afterEach(() => {
      process.env = { ...before };
    });

    /** Asks for a name on this machine, as who may reach public addresses only. */
    async function asked(environment: NodeJS.ProcessEnv, name = 'inside.example'): Promise<unknown> {
      process.env = { ...before, NODE_USE_ENV_PROXY: '1', ...environment };
      const agent = checkedAgent('public', answers(['127.0.0.1']));
      const init = { dispatcher: agent, signal: AbortSignal.timeout(10_000) } as unknown as RequestInit;
      const answer: unknown = await fetch(`http://${name}:${other.port}/`, init).catch((error: unknown) => error);
      await agent.destroy();
      return answer;
    }

    it('is left to the proxy, which may itself be anywhere', async () => {
      const tunnels: (string | undefined)[] = [];
      home.refusesTunnels((to) => tunnels.push(to));
      expect(AddressRefused.in(await asked({ HTTP_PROXY: home.url, NO_PROXY: 'elsewhere.example' }))).toBeUndefined();
      expect([tunnels, other.connections]).toEqual([[`inside.example:${other.port}`], 0]);
    });

    it.each<NodeJS.ProcessEnv>([{ NO_PROXY: 'inside.example' }, { NO_PROXY: '.example' }, { NO_PROXY: '*' }])(
      'is checked where the proxy is not asked: %j',
      async (environment) => {
        const refused = AddressRefused.in(await asked({ HTTP_PROXY: home.url, ...environment }));
        expect(refused?.message).toContain('inside.example');
        expect([home.connections, other.connections]).toEqual([0, 0]);
      },
    );

    it('is not simply asked', async () => {
      process.env = { ...before, NODE_USE_ENV_PROXY: '1' };
      const rule: Rule = { home: 'http://ci.example', elsewhere: 'public' };
      expect(await refused(ask(`http://localhost:${other.port}/`, rule))).toContain('expected a public address');
      expect(other.connections).toBe(0);
    });

    it('is checked where no proxy is set', async () => {
      const none = { HTTP_PROXY: '', http_proxy: '', HTTPS_PROXY: '', https_proxy: '' };
      expect(AddressRefused.in(await asked(none))?.message).toContain('inside.example');
      expect(other.connections).toBe(0);
    });
  });
});

describe('PRUNELLA_REDIRECT_ORIGINS', () => {
  const origins = (text?: string) => redirectOrigins({ PRUNELLA_REDIRECT_ORIGINS: text });

  it('is a list of origins', () => {
    expect([origins(), origins('')]).toEqual([[], []]);
    expect(origins('https://minio.internal:9000, http://10.0.0.5/,')).toEqual([
      'https://minio.internal:9000',
      'http://10.0.0.5',
    ]);
  });

  it.each(['minio.internal', 'https://minio/logs', 'https://a:b@minio', 'ftp://minio', '*', 'https://minio?x'])(
    'and not %s',
    (text) => {
      expect(() => origins(text)).toThrow('expected origins such as');
    },
  );
});
