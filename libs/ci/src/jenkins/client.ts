import { ProviderError } from '@prunella/core';
import { jsonOf, type RequestOptions, request, usualRetries } from '@prunella/http';
import { z } from 'zod';
import { isCrumbMissing, jenkinsError, redirectError } from './errors.ts';

/** Says who we are; without it Jenkins shows what anybody may see. */
export interface Account {
  user: string;
  /** An API token. */
  token: string;
}

/**
 * Jenkins' remote access API. All methods throw ProviderError. Paths are below Jenkins' own address, without a slash at either end.
 * https://www.jenkins.io/doc/book/using/remote-access-api/
 *
 * Of our own: npm's `jenkins` (1.1.0, of 2024) is JavaScript whose types are kept elsewhere, can't be told to stop, and knows no crumb; `jenkins-api`
 * (0.3.1) is older still.
 */
export interface JenkinsClient {
  /** undefined: nobody signed in. */
  readonly user: string | undefined;
  /** A JSON answer. Asked again on server errors. */
  json<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T>;
  /** Any other page. Asked again on server errors. */
  page(path: string, signal: AbortSignal): Promise<Response>;
  /** Sends a form, once: a second time only when Jenkins wanted a crumb with it, and so did nothing. */
  post(path: string, form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response>;
}

/** Where the API tells of something. @param tree the fields that are wanted. */
export function api(path: string, tree: string): string {
  return `${path}/api/json?tree=${encodeURIComponent(tree)}`;
}

const Crumb = z.object({ crumb: z.string(), crumbRequestField: z.string() });

export function createClient(url: string, account?: Account): JenkinsClient {
  const base = url.replace(/\/+$/, '');
  const signedIn = account !== undefined;
  const authorization = account && `Basic ${Buffer.from(`${account.user}:${account.token}`).toString('base64')}`;
  /** What Jenkins wants with a form besides; it is good for a session. */
  let crumb: Record<string, string> = {};

  async function call(path: string, options: Omit<RequestOptions, 'provider'>): Promise<Response> {
    const headers = { ...options.headers, ...(authorization && { authorization }) };
    let response: Response;
    try {
      response = await request(`${base}/${path}`, { ...options, headers, redirect: 'manual', provider: 'jenkins' });
    } catch (error) {
      throw error instanceof ProviderError ? jenkinsError(error, signedIn) : error;
    }
    if (response.status < 300) return response;
    await response.body?.cancel();
    throw redirectError(response);
  }

  async function json<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return await parsed(await call(path, { signal, retry: usualRetries }), schema);
  }

  async function fetchCrumb(signal: AbortSignal): Promise<Record<string, string>> {
    const response = await call('crumbIssuer/api/json', { signal });
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '');
    const { crumb: value, crumbRequestField: field } = await parsed(response, Crumb);
    // it only holds in the session that it was made in
    return { [field]: value, ...(cookies.length > 0 && { cookie: cookies.join('; ') }) };
  }

  return {
    user: account?.user,
    json,
    page: (path, signal) => call(path, { signal, retry: usualRetries }),
    async post(path, form, signal) {
      const send = () => call(path, { method: 'POST', form, headers: crumb, signal });
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof ProviderError) || !isCrumbMissing(error)) throw error;
        crumb = await fetchCrumb(signal);
        return await send();
      }
    },
  };
}

async function parsed<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const result = schema.safeParse(await jsonOf(response, 'jenkins'));
  if (result.success) return result.data;
  const { pathname } = new URL(response.url);
  throw new ProviderError('jenkins', 'unavailable', `${pathname}: not as expected: ${z.prettifyError(result.error)}`);
}
