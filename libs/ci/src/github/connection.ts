import { ProviderError } from '@prunella/core';
import type { App } from './app.ts';
import { createClient, type GitHubClient, type GitHubPlace } from './client.ts';
import { provided } from './errors.ts';
import { Installations } from './installations.ts';

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
  /** Asks as the App itself. Throws ProviderError. Absent: we are none. */
  asApp?: Installations['asApp'];
  /** Whether we say who we are. */
  signedIn: boolean;
}

export function connect({ token, app, ...at }: Credentials & GitHubPlace): Connection {
  if (app !== undefined) {
    const client = createClient(at);
    const installations = new Installations(app, createClient(at));
    installations.authenticate(client);
    return {
      client,
      signedIn: true,
      login: ({ owner, repo }) => installations.loginFor(owner, repo),
      asApp: (what, ask) => installations.asApp(what, ask),
    };
  }
  const client = createClient({ ...at, ...(token !== undefined && { token }) });
  let asked: Promise<string | undefined> | undefined;
  return {
    client,
    signedIn: token !== undefined,
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
