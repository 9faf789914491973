import { Octokit } from '@octokit/core';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';
import { RequestError } from '@octokit/request-error';
import { inSpan, type ProviderRequest, tellRequest } from '@prunella/core';
import { askAgain } from './ask-again.ts';
import { githubError } from './errors.ts';

const RestOctokit = Octokit.plugin(restEndpointMethods);

export type GitHubClient = InstanceType<typeof RestOctokit>;

/** A client of GitHub's REST API. Reading is tried twice more on server errors; rate limits and writes are the caller's business. */
export function createClient(options: { apiUrl?: string; token?: string }): GitHubClient {
  const client = new RestOctokit({
    ...(options.apiUrl !== undefined && { baseUrl: options.apiUrl.replace(/\/+$/, '') }),
    ...(options.token !== undefined && { auth: options.token }),
    userAgent: 'prunella',
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
  return client;
}

type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

function tell(result: ProviderRequest['result'], headers: ResponseHeaders | undefined): void {
  const remaining = headers?.['x-ratelimit-remaining'];
  tellRequest({ provider: 'github', result, ...(remaining !== undefined && { remaining: Number(remaining) }) });
}

function silent(): void {}
