import { inSpan, messageOf, ProviderError, type ProviderProblem, type Span, tellRequest } from '@prunella/core';
import { AddressRefused } from './address-refused.ts';
import { bounded, textOf } from './body.ts';
import { outgoing, type Rule } from './outgoing.ts';
import { type RetryPolicy, waitBefore } from './retry-policy.ts';

export interface RequestOptions {
  /** Who is asked, for errors: `playground`, `slack`, ... */
  provider: string;
  /** Default: GET. */
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as a form, instead of `json`. */
  form?: Readonly<Record<string, string>>;
  /** `manual`: a redirect is an answer like others, not followed. Default: `follow`, within `rule`. */
  redirect?: 'follow' | 'manual';
  /** Where the request may go. Default: to the origin of `url`, which then has to come from the configuration. */
  rule?: Rule;
  /** Ends the request and the waiting between requests. */
  signal: AbortSignal;
  /** Answers above 399 that are no errors to the caller. */
  allow?: readonly number[];
  /** Ask again when the answer is `unavailable` or `rate-limited`. Only for what may take effect twice. Default: never. */
  retry?: RetryPolicy;
  /** The address itself is a secret, as Slack's webhooks are: errors name its host only. Default: false. */
  secretUrl?: boolean;
}

/** As much of an error's body as helps people. */
const MOST_OF_AN_ERROR = 300;
/** As much of an address as a span shows, in UTF-16 code units. */
const LONGEST_ADDRESS = 512;

/**
 * One HTTP request, or several when `retry` says so. The body of the answer is not read yet: see `jsonOf` and `tailOf`.
 *
 * @throws ProviderError for everything but an answer below 400 or in `allow`, `refused` for an address that the rule does not let it ask. Neither headers nor the URL's query are in its text.
 */
export async function request(url: string, options: RequestOptions): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await inSpan(options.method ?? 'GET', { kind: 'client' }, async (span) => {
        if (span.isRecorded) describe(span, url, options, attempt);
        return await once(url, options, span);
      });
      tellRequest({ provider: options.provider, result: 'ok' });
      return response;
    } catch (error) {
      if (error instanceof ProviderError) tellRequest({ provider: options.provider, result: error.problem });
      const waitMs = options.retry && waitBefore(error, attempt, options.retry);
      if (waitMs === undefined || options.signal.aborted) throw error;
      // aborted while waiting: what the other side said is the better answer
      await options.retry?.sleep(waitMs, options.signal).catch(() => undefined);
      if (options.signal.aborted) throw error;
    }
  }
}

async function once(url: string, options: RequestOptions, span: Span): Promise<Response> {
  const { provider, method = 'GET', headers = {}, json, form, redirect = 'follow', signal, allow = [] } = options;
  const { rule = { home: url } } = options;
  const what = `${method} ${named(url, options)}`;
  let response: Response;
  try {
    response = await outgoing(rule)(url, {
      method,
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      // the content type follows from it
      ...(form !== undefined && { body: new URLSearchParams(form) }),
      redirect,
      signal,
    });
  } catch (error) {
    const refused = AddressRefused.in(error);
    if (refused !== undefined) {
      throw new ProviderError(provider, 'refused', `${what}: ${refused.message}`, { cause: refused });
    }
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new ProviderError(provider, 'unavailable', `${what}: ${messageOf(reason)}`, { cause: error });
  }
  const { ok, status } = response;
  span.set({ 'http.response.status_code': status });
  if (ok || (redirect === 'manual' && status < 400) || allow.includes(status)) return response;
  const { bytes } = await bounded(response, MOST_OF_AN_ERROR).catch(() => ({ bytes: new Uint8Array() }));
  const retryAfterMs = retryAfter(response.headers.get('retry-after'), Date.now());
  const said = `${what}: HTTP ${status} ${textOf(bytes)}`.trimEnd();
  throw new ProviderError(provider, problemOf(status), said, {
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** In the words of https://opentelemetry.io/docs/specs/semconv/http/http-spans/. */
function describe(span: Span, url: string, options: RequestOptions, attempt: number): void {
  const parsed = URL.parse(url);
  if (parsed === null) return;
  span.set({
    'http.request.method': options.method ?? 'GET',
    'url.full': named(url, options).slice(0, LONGEST_ADDRESS),
    'server.address': parsed.hostname,
    'server.port': portOf(parsed),
    ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
    'prunella.provider': options.provider,
  });
}

function portOf({ port, protocol }: URL): number {
  return port !== '' ? Number(port) : protocol === 'https:' ? 443 : 80;
}

/** An address as errors may show it. */
function named(url: string, { provider, secretUrl = false }: RequestOptions): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    const refused = new AddressRefused('expected an address that begins with http:// or https://');
    throw new ProviderError(provider, 'refused', refused.message, { cause: refused });
  }
  return secretUrl ? `${parsed.origin}/...` : `${parsed.origin}${parsed.pathname}`;
}

/** What a status means to whoever wants something done. */
export function problemOf(status: number): ProviderProblem {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'not-found';
    case 429:
      return 'rate-limited';
    default:
      return status >= 500 || status === 408 ? 'unavailable' : 'refused';
  }
}

/** Milliseconds to wait by a Retry-After header (seconds or a date), at most an hour; undefined: none, or nonsense. */
export function retryAfter(header: string | null | undefined, now: number): number | undefined {
  if (header === null || header === undefined || header === '') return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 3_600_000);
}
