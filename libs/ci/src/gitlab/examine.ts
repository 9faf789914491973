import { bad, type ExamineOptions, type Finding, note, ok } from '@prunella/core';
import { z } from 'zod';
import { expiryFindings, refusedFinding } from '../examined.ts';
import { unlessMissing } from '../unless-missing.ts';
import { currentUser, type GitLabClient } from './client.ts';

const DOCS = 'docs/guide/gitlab.md';
const TOKEN = 'GitLab token';
const SET = { credentials: 'GITLAB_TOKEN', address: 'GITLAB_URL' };

/** https://docs.gitlab.com/api/personal_access_tokens/#self-inform */
const Self = z.object({
  name: z.string(),
  scopes: z.array(z.string()),
  expires_at: z.string().nullable().default(null),
});

/** What our token is good for: GitLab tells it of personal, project and group tokens alike. Nothing is changed there. */
export async function examineGitLab(
  client: GitLabClient,
  hasToken: boolean,
  options: ExamineOptions,
): Promise<Finding[]> {
  if (!hasToken) {
    const found = 'GITLAB_TOKEN is not set: only public projects are read, and nothing is run again';
    return [note(TOKEN, found, 'set it to a token with read_api, and for the remediator with api', DOCS)];
  }
  const { need, signal } = options;
  try {
    const self = await unlessMissing(client.get(Self, 'look at the token', '/personal_access_tokens/self', signal));
    if (self === undefined) return [await byUser(client, signal)];
    const expiry = expiryFindings(`${TOKEN}, its end`, self.expires_at, Date.now(), DOCS);
    return [scopeFinding(self.scopes, need), ...expiry];
  } catch (error) {
    return [refusedFinding(TOKEN, error, SET, DOCS)];
  }
}

/** A token that is no access token (OAuth) has no such page. Throws ProviderError. */
async function byUser(client: GitLabClient, signal: AbortSignal): Promise<Finding> {
  const { username } = await currentUser(client, signal);
  return ok(TOKEN, `it is taken, as ${username}`);
}

export function scopeFinding(scopes: readonly string[], need: ExamineOptions['need']): Finding {
  const may = scopes.includes('api') ? 'write' : scopes.includes('read_api') ? 'read' : undefined;
  const found = `its scopes are ${scopes.join(', ') || 'none'}`;
  if (may === undefined)
    return bad(
      TOKEN,
      `${found}: pipelines can't be read`,
      'make one with read_api, and for the remediator with api',
      DOCS,
    );
  if (need === 'write' && may === 'read') {
    return bad(TOKEN, `${found}: pipelines can't be run again`, 'give the remediator a token with the scope api', DOCS);
  }
  if (need === 'read' && may === 'write') {
    return note(
      TOKEN,
      `${found}: more than is needed here`,
      'a token with read_api is enough for all services but the remediator',
      DOCS,
    );
  }
  return ok(TOKEN, `it is taken; ${found}`);
}
