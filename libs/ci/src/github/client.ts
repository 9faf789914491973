import { Octokit } from '@octokit/core';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';
import { RequestError } from '@octokit/request-error';
import { inSpan, ProviderError, type ProviderRequest, tellRequest } from '@prunella/core';
import { outgoing, type Rule } from '@prunella/http';
import { refuseUndocumented } from './answers.ts';
import { askAgain } from './ask-again.ts';
import { boundedJson } from './bounded-json.ts';
import { githubError } from './errors.ts';

const RestOctokit = Octokit.plugin(restEndpointMethods);

export type GitHubClient = InstanceType<typeof RestOctokit> & {
  /** Where it may be sent, for what is asked beside it. */
  readonly rule: Rule;
};

/** Where GitHub's API is, and where it may send us. */
export interface GitHubPlace {
  /** Default: that of github.com. */
  apiUrl?: string;
  /** Origins at private addresses where it may keep logs and artefacts. */
  stores?: readonly string[];
}

/** Logs and artefacts are on hosts of their own, which are not shown the token. */
function ruleOf({ apiUrl = 'https://api.github.com', stores = [] }: GitHubPlace): Rule {
  return { home: apiUrl, elsewhere: 'public', also: stores };
}

/** A client of GitHub's REST API. Reading is tried twice more on server errors; rate limits and writes are the caller's business. */
export function createClient(options: GitHubPlace & { token?: string }): GitHubClient {
  const rule = ruleOf(options);
  const client = new RestOctokit({
    ...(options.apiUrl !== undefined && { baseUrl: options.apiUrl.replace(/\/+$/, '') }),
    ...(options.token !== undefined && { auth: options.token }),
    userAgent: 'prunella',
    request: { fetch: boundedJson(outgoing(rule)) },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  askAgain(client);
  client.hook.wrap('request', async (request, options) => {
    const { method, url, baseUrl } = options;
    // With its parameters unfilled: the same for all repositories.
    const template = url.startsWith('/') ? url : undefined;
    const name = template === undefined ? method : `${method} ${template}`;
    return await inSpan(name, { kind: 'client' }, async (span) => {
      if (span.isRecorded) {
        span.set({
          'http.request.method': method,
          'url.template': template,
          'server.address': URL.parse(template === undefined ? url : baseUrl)?.hostname,
          'prunella.provider': 'github',
        });
      }
      const response = await request(options);
      span.set({ 'http.response.status_code': response.status });
      if (isPage(response)) throw notGitHub(`${method} ${url}`, response.status);
      refuseUndocumented(name, response.data);
      return response;
    });
  });
  client.hook.after('request', ({ headers }) => tell('ok', headers));
  client.hook.error('request', (error) => {
    const headers = error instanceof RequestError ? error.response?.headers : undefined;
    // "not modified" is an answer
    const isUnchanged = error instanceof RequestError && error.status === 304;
    tell(isUnchanged ? 'ok' : githubError(error, '', Date.now()).problem, headers);
    throw error;
  });
  return Object.assign(client, { rule });
}

/** A page for people, as proxies and sign-ins answer with 200. Nothing that is asked for here is one: whatever was asked for was maybe not done. */
function isPage({ headers }: { headers: ResponseHeaders }): boolean {
  return String(headers['content-type'] ?? '').startsWith('text/html');
}

function notGitHub(what: string, status: number): ProviderError {
  const detail = `expected JSON, found an HTML page (HTTP ${status}): something else than GitHub answers at this address`;
  return new ProviderError('github', 'unavailable', `${what}: ${detail}`);
}

type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

function tell(result: ProviderRequest['result'], headers: ResponseHeaders | undefined): void {
  const remaining = headers?.['x-ratelimit-remaining'];
  tellRequest({ provider: 'github', result, ...(remaining !== undefined && { remaining: Number(remaining) }) });
}

function silent(): void {}
