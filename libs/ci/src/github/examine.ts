import { bad, type ExamineOptions, type Finding, note, ok, ProviderError } from '@prunella/core';
import { expiryFindings, refusedFinding } from '../examined.ts';
import type { Connection } from './connection.ts';
import { provided } from './errors.ts';

const DOCS = 'docs/guide/github.md';
const TOKEN = 'GitHub token';
const SET = { credentials: 'GITHUB_TOKEN', address: 'GITHUB_API_URL' };
const APP = { credentials: 'the GitHub App (GITHUB_APP_ID and its key)', address: 'GITHUB_API_URL' };
const FINE_GRAINED = 'a fine-grained token with Actions: read and write, Pull requests: read and write, Contents: read';

/** What our token or App is good for. Nothing is changed there. */
export async function examineGitHub(connection: Connection, options: ExamineOptions): Promise<Finding[]> {
  const own =
    connection.asApp === undefined ? await ofToken(connection, options) : await ofApp(connection.asApp, options);
  // What is not even taken can read nothing.
  if (own.some(({ state }) => state === 'bad')) return own;
  return [...own, ...(await ofPlace(connection, options))];
}

async function ofToken({ client, signedIn }: Connection, { need, signal }: ExamineOptions): Promise<Finding[]> {
  let headers: Readonly<Record<string, unknown>>;
  try {
    // Counts against no limit, and every kind of token may ask it.
    ({ headers } = await provided('look at the token', () => client.rest.rateLimit.get({ request: { signal } })));
  } catch (error) {
    return [refusedFinding(TOKEN, error, SET, DOCS)];
  }
  if (!signedIn) {
    return [
      note(
        TOKEN,
        'GITHUB_TOKEN is not set: only public repositories are read, 60 requests an hour',
        `set it to ${FINE_GRAINED}`,
        DOCS,
      ),
    ];
  }
  const expiry = expiryFindings(
    `${TOKEN}, its end`,
    textOf(headers['github-authentication-token-expiration']),
    Date.now(),
    DOCS,
  );
  return [scopeFinding(textOf(headers['x-oauth-scopes']), need), ...expiry];
}

/** @param header the scopes of a classic token, separated by commas; undefined: it is no classic one, and its rights are tried where runs were seen. */
export function scopeFinding(header: string | undefined, need: ExamineOptions['need']): Finding {
  if (header === undefined) return ok(TOKEN, 'it is taken; its rights are those that it was made with');
  const scopes = header.split(',').map((scope) => scope.trim());
  if (scopes.includes('repo')) return ok(TOKEN, 'it is taken, with the scope repo');
  const found = scopes.includes('public_repo')
    ? 'its scopes reach public repositories only'
    : 'it lacks the scope repo';
  const mend = `give it the scope repo, or better use ${FINE_GRAINED}`;
  if (scopes.includes('public_repo')) return note(TOKEN, found, mend, DOCS);
  return need === 'write'
    ? bad(TOKEN, `${found}: runs can't be started again`, mend, DOCS)
    : note(TOKEN, `${found}: private repositories can't be read`, mend, DOCS);
}

async function ofApp(asApp: NonNullable<Connection['asApp']>, { need, signal }: ExamineOptions): Promise<Finding[]> {
  try {
    const { data } = await asApp('look at the App', (client, headers) =>
      client.rest.apps.getAuthenticated({ headers, request: { signal } }),
    );
    const permissions: Readonly<Record<string, string | undefined>> = data?.permissions ?? {};
    return [permissionFinding(permissions, need)];
  } catch (error) {
    return [refusedFinding('GitHub App', error, APP, DOCS)];
  }
}

/** @param permissions what the App may, by name: `read`, `write` or `admin`. */
export function permissionFinding(
  permissions: Readonly<Record<string, string | undefined>>,
  need: ExamineOptions['need'],
): Finding {
  const wanted = need === 'write' ? { actions: 'write', pull_requests: 'write' } : { actions: 'read' };
  const missing = Object.entries(wanted).filter(([name, level]) => {
    const has = permissions[name];
    return has === undefined || (level === 'write' && has === 'read');
  });
  if (missing.length === 0) return ok('GitHub App', 'it is taken, with the permissions that are needed');
  const list = missing.map(([name, level]) => `${name}: ${level}`).join(', ');
  return bad(
    'GitHub App',
    `it lacks ${list}`,
    'give it in the settings of the App, and accept it where it is installed',
    DOCS,
  );
}

/** Whether runs can be read where some were seen. */
async function ofPlace({ client }: Connection, { place, signal }: ExamineOptions): Promise<Finding[]> {
  const [owner, repo] = place?.split('/') ?? [];
  if (!owner || !repo) return [];
  const name = 'GitHub runs';
  try {
    await provided(`list the runs of ${place}`, () =>
      client.rest.actions.listWorkflowRunsForRepo({ owner, repo, per_page: 1, request: { signal } }),
    );
    return [ok(name, `those of ${place} can be read`)];
  } catch (error) {
    if (error instanceof ProviderError && (error.problem === 'forbidden' || error.problem === 'not-found')) {
      const found = `those of ${place} can't be read: ${error.detail}`;
      return [
        bad(
          name,
          found,
          'give the token or App Actions: read there (and check that the repository still exists)',
          DOCS,
        ),
      ];
    }
    return [refusedFinding(name, error, SET, DOCS)];
  }
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
