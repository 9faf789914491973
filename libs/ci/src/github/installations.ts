import { createAppAuth } from '@octokit/auth-app';
import { RequestError } from '@octokit/request-error';
import { ProviderError } from '@prunella/core';
import type { App } from './app.ts';
import type { GitHubClient } from './client.ts';
import { githubError } from './errors.ts';

/** Several requests may wait for one token, so that none of their signals can end it. */
const TOKEN_TIMEOUT_MS = 15_000;
/** A token that ends sooner than this is not used any more, in ms. */
const NEARLY_OVER_MS = 60_000;

interface Installation {
  id: number;
  /** How GitHub names what the App does: `<slug>[bot]`. */
  login: string;
}

/**
 * What an App may do where it is installed: a token for each installation, asked for when it is needed, kept until shortly before it ends, and
 * asked for anew once when GitHub does not take it any more. All throw ProviderError; `forbidden`: it is not installed there.
 */
export class Installations {
  private readonly auth: ReturnType<typeof createAppAuth>;
  private readonly known = new Map<string, Promise<Installation>>();

  /** @param plain a client without authentication: the App signs for itself. */
  constructor(
    private readonly app: App,
    private readonly plain: GitHubClient,
  ) {
    plain.hook.before('request', ({ request }) => {
      request.signal = AbortSignal.timeout(TOKEN_TIMEOUT_MS);
    });
    this.auth = createAppAuth({
      appId: app.id,
      privateKey: app.privateKey,
      // the library's own type of the same thing
      request: plain.request as unknown as NonNullable<Parameters<typeof createAppAuth>[0]['request']>,
      log: { warn: () => undefined },
    });
  }

  /** Lets all that a client asks of a repository be asked by the App's installation there. */
  authenticate(client: GitHubClient): void {
    client.hook.wrap('request', async (request, options) => {
      const id = await this.idFor(options);
      const token = await this.tokenOf(id);
      // What is passed on is not seen by the other hooks: they share these options.
      const asked = (by: string) => {
        options.headers.authorization = `token ${by}`;
        return request(options);
      };
      try {
        return await asked(token);
      } catch (error) {
        // It was revoked, or ended early: GitHub did nothing of what was asked, so it can be asked again.
        if (!(error instanceof RequestError) || error.status !== 401) throw error;
        return await asked(await this.tokenAfter(token, id));
      }
    });
  }

  /** Asks as the App itself, and not as one of its installations. Throws ProviderError. @param what is asked for, for people. */
  async asApp<T>(
    what: string,
    ask: (client: GitHubClient, headers: { authorization: string }) => Promise<T>,
  ): Promise<T> {
    try {
      const { token } = await this.auth({ type: 'app' });
      return await ask(this.plain, { authorization: `bearer ${token}` });
    } catch (error) {
      throw githubError(error, what, Date.now());
    }
  }

  /** How GitHub names what is done there by the App. */
  async loginFor(owner: string, repo: string): Promise<string> {
    return (await this.find(owner, repo)).login;
  }

  private async idFor({ owner, repo }: Record<string, unknown>): Promise<number> {
    if (this.app.installationId !== undefined) return this.app.installationId;
    if (typeof owner === 'string' && typeof repo === 'string') return (await this.find(owner, repo)).id;
    throw new ProviderError('github', 'refused', 'a GitHub App can only be asked about a repository');
  }

  private find(owner: string, repo: string): Promise<Installation> {
    const name = `${owner}/${repo}`.toLowerCase();
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const found = this.lookUp(owner, repo);
    this.known.set(name, found);
    found.catch(() => this.known.delete(name));
    return found;
  }

  private async lookUp(owner: string, repo: string): Promise<Installation> {
    try {
      const { token } = await this.auth({ type: 'app' });
      const { data } = await this.plain.rest.apps.getRepoInstallation({
        owner,
        repo,
        headers: { authorization: `bearer ${token}` },
      });
      return { id: data.id, login: `${data.app_slug}[bot]` };
    } catch (error) {
      throw this.problem(error, `the GitHub App ${this.app.id} is not installed in ${owner}/${repo}`);
    }
  }

  private async tokenOf(installationId: number, refresh = false): Promise<string> {
    try {
      const { token, expiresAt } = await this.auth({ type: 'installation', installationId, refresh });
      const isNearlyOver = Date.parse(expiresAt) - Date.now() < NEARLY_OVER_MS;
      return isNearlyOver && !refresh ? await this.tokenOf(installationId, true) : token;
    } catch (error) {
      // It may have been installed anew, as another installation.
      this.known.clear();
      throw this.problem(error, `the GitHub App ${this.app.id} has no installation ${installationId}`);
    }
  }

  /** Another token than this one, which was not taken; whoever came first has asked for it already. */
  private async tokenAfter(refused: string, installationId: number): Promise<string> {
    const token = await this.tokenOf(installationId);
    return token === refused ? await this.tokenOf(installationId, true) : token;
  }

  private problem(error: unknown, missing: string): ProviderError {
    if (error instanceof RequestError && error.status === 404) {
      return new ProviderError('github', 'forbidden', missing, { status: 404, cause: error });
    }
    return githubError(error, `ask for a token of the GitHub App ${this.app.id}`, Date.now());
  }
}
