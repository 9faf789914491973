import { addressOf, isLoopbackHost, isReachable, type Reachable } from './address.ts';
import { AddressRefused } from './address-refused.ts';
import { checkedAgent } from './checked-agent.ts';

/** Where requests may go that begin at a configured address (ADR 0042). */
export interface Rule {
  /** The configured address. Its origin may be anywhere, and only it is shown what we prove ourselves by. */
  home: string;
  /**
   * Other origins, where an answer sends us or which it names: `refused`, or asked without any header of ours, as long as they are public. Default: `refused`.
   */
  elsewhere?: 'refused' | 'public';
  /** Other origins that may be anywhere, as they are configured. They are shown nothing. */
  also?: readonly string[];
  /** Other origins are shown our headers as well: where home itself names endpoints of its own. Default: false. */
  isShown?: boolean;
}

/** `fetch`, bound to a rule. Throws AddressRefused, and what `fetch` does. */
export type Outgoing = (url: string | URL, init?: RequestInit) => Promise<Response>;

const MOST_REDIRECTS = 5;
/** Redirects that keep method and body. */
const KEEP_METHOD: ReadonlySet<number> = new Set([307, 308]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, ...KEEP_METHOD]);
/** What is said elsewhere, too: neither tells who we are. */
const HARMLESS = ['accept', 'user-agent'];

/** One for each kind, for all rules: they hold open connections. */
const AGENTS = { public: checkedAgent('public'), 'public-or-loopback': checkedAgent('public-or-loopback') };

/**
 * Sends requests within a rule. Redirects are followed (`redirect: 'manual'`: they are answers like others): what only reads to wherever the rule lets
 * it, everything else only at home and only where method and body stay the same; another redirect is given as it is.
 */
export function outgoing(rule: Rule): Outgoing {
  return async (url, { redirect = 'follow', ...init } = {}) => {
    let sent: RequestInit = init;
    for (let address = new URL(url), redirects = 0; ; redirects++) {
      if (!isHome(address, rule) && !rule.isShown) sent = withoutOurs(sent);
      const response = await ask(address, sent, rule);
      const next = redirect === 'follow' ? nextOf(response, address, sent, rule) : undefined;
      if (next === undefined) return response;
      await response.body?.cancel();
      if (redirects === MOST_REDIRECTS) throw new AddressRefused(`expected at most ${redirects} redirects, found more`);
      address = next;
    }
  };
}

async function ask(address: URL, init: RequestInit, rule: Rule): Promise<Response> {
  const unknown = isKnown(address, rule) ? undefined : admitted(address, rule);
  try {
    // Behind a proxy it is the proxy that looks names up and connects.
    const dispatcher = unknown === undefined || isProxied() ? {} : { dispatcher: AGENTS[unknown] };
    return await fetch(address, { ...init, ...dispatcher, redirect: 'manual' } as RequestInit);
  } catch (error) {
    throw AddressRefused.in(error) ?? error;
  }
}

/** Home, or named beside it: it may be anywhere. */
function isKnown(address: URL, rule: Rule): boolean {
  return isHome(address, rule) || (rule.also ?? []).some((origin) => URL.parse(origin)?.origin === address.origin);
}

/** The origin that was configured, or the same host and no port by HTTPS instead of HTTP. */
function isHome({ origin, protocol, hostname, port }: URL, { home }: Rule): boolean {
  const own = URL.parse(home);
  if (own === null) return false;
  if (origin === own.origin) return true;
  return (
    protocol === 'https:' && own.protocol === 'http:' && hostname === own.hostname && port === '' && own.port === ''
  );
}

/** What may be connected to for an address that nobody configured. @throws AddressRefused when not even that is asked. */
function admitted({ protocol, origin, hostname }: URL, { home, elsewhere = 'refused' }: Rule): Reachable {
  const own = URL.parse(home);
  if (elsewhere === 'refused') {
    throw new AddressRefused(
      `expected to be sent nowhere else than ${own?.origin ?? 'the configured address'}, found ${origin}; where it has moved, set its new address`,
    );
  }
  if (protocol !== 'https:' && !(protocol === 'http:' && own?.protocol === 'http:')) {
    throw new AddressRefused(`expected an address that begins with https://, found ${protocol}//`);
  }
  // Who is asked on this machine may send us on within it: nobody outside answers there.
  const reachable = own !== null && isLoopbackHost(own.hostname) ? 'public-or-loopback' : 'public';
  const literal = addressOf(hostname);
  if (literal !== undefined && !isReachable(literal, reachable)) throw AddressRefused.at(hostname);
  return reachable;
}

/** Where an answer sends us; undefined: nowhere that is followed. */
function nextOf(response: Response, from: URL, { method = 'GET' }: RequestInit, rule: Rule): URL | undefined {
  const location = response.headers.get('location');
  if (location === null || !REDIRECTS.has(response.status)) return undefined;
  const next = URL.parse(location, from.href);
  if (next === null) return undefined;
  if (method === 'GET' || method === 'HEAD') return next;
  return KEEP_METHOD.has(response.status) && isHome(next, rule) ? next : undefined;
}

/** What would tell somebody else who we are is left at home, and stays there. */
function withoutOurs(init: RequestInit): RequestInit {
  const all = new Headers(init.headers);
  const headers = HARMLESS.flatMap((name) => {
    const value = all.get(name);
    return value === null ? [] : [[name, value] as [string, string]];
  });
  return { ...init, headers, credentials: 'omit' };
}

function isProxied(): boolean {
  return process.env['NODE_USE_ENV_PROXY'] === '1';
}
