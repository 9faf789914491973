import { Octokit } from '@octokit/core';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';
import { retry } from '@octokit/plugin-retry';
import { ProviderError } from '@prunella/core';
import type { App } from './app.ts';
import { provided } from './errors.ts';
import { Installations } from './installations.ts';

const RestOctokit = Octokit.plugin(restEndpointMethods, retry);

export type GitHubClient = InstanceType<typeof RestOctokit>;

/** As whom we ask. The App comes first when there is a token, too. */
export interface Credentials {
  token?: string;
  app?: App;
}

/** A client, and how GitHub names who asks by it. */
export interface Connection {
  client: GitHubClient;
  /** The login that stands beside what is done in a repository; undefined: GitHub does not tell it. Throws ProviderError. */
  login(repository: { owner: string; repo: string }, signal: AbortSignal): Promise<string | undefined>;
}

export function connect({ apiUrl, token, app }: Credentials & { apiUrl?: string }): Connection {
  const at = apiUrl === undefined ? {} : { apiUrl };
  if (app !== undefined) {
    const client = createClient(at);
    const installations = new Installations(app, createClient(at));
    installations.authenticate(client);
    return { client, login: ({ owner, repo }) => installations.loginFor(owner, repo) };
  }
  const client = createClient({ ...at, ...(token !== undefined && { token }) });
  let asked: Promise<string | undefined> | undefined;
  return {
    client,
    login(_, signal) {
      asked ??= personalLogin(client, signal);
      asked.catch(() => {
        asked = undefined;
      });
      return asked;
    },
  };
}

/** undefined: a token that may not tell whose it is, as that of a workflow. */
async function personalLogin(client: GitHubClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { data } = await provided('get the user', () => client.rest.users.getAuthenticated({ request: { signal } }));
    return data.login;
  } catch (error) {
    if (error instanceof ProviderError && (error.problem === 'forbidden' || error.problem === 'not-found')) return;
    throw error;
  }
}

/** A client of GitHub's REST API. Reading is tried twice more on server errors; rate limits and writes are the caller's business. */
function createClient(options: { apiUrl?: string; token?: string }): GitHubClient {
  return new RestOctokit({
    ...(options.apiUrl !== undefined && { baseUrl: options.apiUrl.replace(/\/+$/, '') }),
    ...(options.token !== undefined && { auth: options.token }),
    userAgent: 'prunella',
    // 4xx say something that asking again does not change, or (429) when to ask again
    retry: { doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429, 451], retries: 2, retryAfterBaseValue: 250 },
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
}

/** Passed with a request that must not be sent twice. */
export const ONCE = { retries: 0 };

function silent(): void {}
