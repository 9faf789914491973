import { redirectOrigins } from '@prunella/http';
import type { CiPlatform } from '../platform.ts';
import { appFrom } from './app.ts';
import { connect } from './connection.ts';
import { examineGitHub } from './examine.ts';
import { githubReader } from './reader.ts';
import { githubRerun } from './rerun.ts';
import { githubReview } from './review.ts';
import { sentWebhooks } from './sent-webhooks.ts';
import { githubTrigger } from './trigger.ts';

/**
 * A GitHub App (see `appFrom`), else GITHUB_TOKEN; and GITHUB_API_URL for GitHub Enterprise Server. Reading works without either on public
 * repositories, barely. Throws ConfigError when the App is configured by half.
 */
export function github(environment: NodeJS.ProcessEnv): CiPlatform | undefined {
  const { GITHUB_TOKEN: token, GITHUB_API_URL: apiUrl } = environment;
  const app = appFrom(environment);
  if (!token && !app && !apiUrl) return undefined;
  const connection = connect({
    stores: redirectOrigins(environment),
    ...{ ...(apiUrl && { apiUrl }), ...(token && { token }), ...(app && { app }) },
  });
  const { client } = connection;
  return {
    id: 'github',
    reader: githubReader(client),
    examine: (options) => examineGitHub(connection, options),
    ...((token || app) && {
      sentWebhooks: (place: string, signal: AbortSignal) => sentWebhooks(connection, place, signal),
    }),
    ...((token || app) && {
      rerun: githubRerun(client),
      trigger: githubTrigger(connection),
      review: githubReview(connection),
    }),
  };
}
