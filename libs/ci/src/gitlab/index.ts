import { redirectOrigins } from '@prunella/http';
import type { CiPlatform } from '../platform.ts';
import { createClient } from './client.ts';
import { examineGitLab } from './examine.ts';
import { gitlabReader } from './reader.ts';
import { gitlabRerun } from './rerun.ts';
import { gitlabReview } from './review.ts';
import { gitlabTrigger } from './trigger.ts';

/** GITLAB_TOKEN, and GITLAB_URL where it is not gitlab.com. Without a token public projects can be read, and nothing else. */
export function gitlab(environment: NodeJS.ProcessEnv): CiPlatform | undefined {
  const { GITLAB_TOKEN: token, GITLAB_URL: url } = environment;
  if (!token && !url) return undefined;
  const client = createClient(url || 'https://gitlab.com', token || undefined, redirectOrigins(environment));
  return {
    id: 'gitlab',
    reader: gitlabReader(client),
    examine: (options) => examineGitLab(client, Boolean(token), options),
    ...(token && { rerun: gitlabRerun(client), trigger: gitlabTrigger(client), review: gitlabReview(client) }),
  };
}
