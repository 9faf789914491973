import { generateKeyPairSync, verify } from 'node:crypto';
import { appJson, type FakeSent, hookJson, rateLimitJson, sentJson } from './hook-payloads.ts';
import { type Answer, missing } from './http.ts';
import type { FakeApp } from './model.ts';
import { publicUserJson } from './payloads.ts';
import { installationJson } from './review-payloads.ts';

const TOKEN_LASTS_MS = 3_600_000;
/** GitHub takes an App's own token for ten minutes at most. */
const MOST_JWT_SECONDS = 600;

/** Who may ask: people by their tokens, Apps by tokens that they get for an installation and that expire. */
export class Accounts {
  /** All installation tokens that were given out: how many. */
  issued = 0;
  /** How long a token is said to last, in ms. */
  lastsMs = TOKEN_LASTS_MS;
  /** The login of whoever comes with a personal token; undefined: the token may not say (403). */
  person: string | undefined = 'ada';
  /** The scopes of a classic personal token; undefined: it is a fine-grained one, of which GitHub does not tell. */
  scopes: readonly string[] | undefined = ['repo'];
  /** What GitHub sent to the webhook of Apps, and of every repository that has one. */
  readonly sent: FakeSent[] = [];
  /** Where the webhook of every repository leads; undefined: they have none; `forbidden`: the token may not see it (404). */
  hook: string | undefined;
  /** When a personal token ends, as GitHub's header says it; undefined: never. */
  tokenEnds: string | undefined;
  /** What Apps were given. */
  permissions: Record<string, string> = {
    actions: 'write',
    contents: 'read',
    metadata: 'read',
    pull_requests: 'write',
  };
  private readonly apps: FakeApp[] = [];
  private readonly tokens = new Map<string, FakeApp>();

  add(options: { slug?: string; repositories?: readonly string[] } = {}): FakeApp {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2_048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const number = this.apps.length + 1;
    const app = { id: 100 + number, slug: 'prunella', privateKey, publicKey, installationId: 500 + number, ...options };
    this.apps.push(app);
    return app;
  }

  /** All tokens that were given out are no good any more. */
  expire(): void {
    this.tokens.clear();
  }

  /** Who comes with this header; undefined: nobody that is known. */
  loginOf(authorization: string | undefined): string | undefined {
    const token = /^(?:token|bearer) (.+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    if (!token.startsWith('ghs_')) return this.person ?? 'ada';
    const app = this.tokens.get(token);
    return app && `${app.slug}[bot]`;
  }

  /** Whether what stands there is wrong; nothing at all is not. */
  refuses(path: string, authorization: string | undefined): boolean {
    if (authorization === undefined) return false;
    return forApps(path) ? this.appOf(authorization) === undefined : this.loginOf(authorization) === undefined;
  }

  route(method: string, path: string, authorization: string | undefined): Answer | undefined {
    if (method === 'GET' && path === '/user') return this.user(authorization);
    if (method === 'GET' && path === '/rate_limit') return this.limits(authorization);
    const ofHooks = method === 'GET' ? this.hooks(path) : undefined;
    if (ofHooks !== undefined) return ofHooks;
    if (!forApps(path)) return undefined;
    const app = this.appOf(authorization);
    if (app === undefined) return missing;
    if (method === 'GET' && path === '/app') return { status: 200, body: appJson(app, this.permissions) };
    if (method === 'GET' && path === '/app/hook/deliveries') return { status: 200, body: this.sent.map(sentJson) };
    const repository = /^\/repos\/([^/]+\/[^/]+)\/installation$/.exec(path)?.[1];
    if (method === 'GET' && repository !== undefined) {
      return app.repositories?.includes(repository) === false
        ? missing
        : { status: 200, body: installationJson(app, repository) };
    }
    if (method === 'POST' && path === `/app/installations/${app.installationId}/access_tokens`) return this.issue(app);
    return missing;
  }

  private user(authorization: string | undefined): Answer {
    const login = this.loginOf(authorization);
    if (login === undefined) return { status: 401, body: { message: 'Requires authentication' } };
    if (this.person === undefined) return { status: 403, body: { message: 'Resource not accessible by integration' } };
    return { status: 200, body: publicUserJson(login) };
  }

  private hooks(path: string): Answer | undefined {
    const [, sent] = /^\/repos\/[^/]+\/[^/]+\/hooks(\/\d+\/deliveries)?$/.exec(path) ?? [];
    if (!/\/hooks(\/|$)/.test(path) || path.startsWith('/app/')) return undefined;
    if (this.hook === 'forbidden') return missing;
    if (sent !== undefined) return { status: 200, body: this.sent.map(sentJson) };
    return { status: 200, body: this.hook === undefined ? [] : [hookJson(this.hook)] };
  }

  private limits(authorization: string | undefined): Answer {
    const body = rateLimitJson();
    if (authorization === undefined) return { status: 200, body };
    const ends = this.tokenEnds;
    const headers = {
      ...(this.scopes !== undefined && { 'x-oauth-scopes': this.scopes.join(', ') }),
      ...(ends !== undefined && { 'github-authentication-token-expiration': ends }),
    };
    return { status: 200, headers, body };
  }

  private issue(app: FakeApp): Answer {
    this.issued += 1;
    const token = `ghs_${app.id}_${this.issued}`;
    this.tokens.set(token, app);
    const expires_at = new Date(Date.now() + this.lastsMs).toISOString().replace(/\.\d+Z$/, 'Z');
    return { status: 201, body: { token, expires_at, permissions: this.permissions, repository_selection: 'all' } };
  }

  /** The App whose key signed the token that it comes with. */
  private appOf(authorization: string | undefined): FakeApp | undefined {
    const jwt = /^bearer ([\w-]+\.[\w-]+)\.([\w-]+)$/i.exec(authorization ?? '');
    if (jwt === null) return undefined;
    const [, signed = '', signature = ''] = jwt;
    const payload = Buffer.from(signed.split('.')[1] ?? '', 'base64url').toString();
    const { iss, iat, exp } = JSON.parse(payload) as { iss: unknown; iat: number; exp: number };
    const now = Date.now() / 1_000;
    if (iat > now || exp < now || exp > now + MOST_JWT_SECONDS) return undefined;
    const app = this.apps.find(({ id }) => String(id) === String(iss));
    const isSigned =
      app && verify('RSA-SHA256', Buffer.from(signed), app.publicKey, Buffer.from(signature, 'base64url'));
    return isSigned ? app : undefined;
  }
}

/** What only an App itself may ask, not an installation of it. */
function forApps(path: string): boolean {
  return path === '/app' || path.startsWith('/app/') || /^\/repos\/[^/]+\/[^/]+\/installation$/.test(path);
}
