import type { CiPlatform } from '../platform.ts';
import { createClient } from './client.ts';
import { githubReader } from './reader.ts';
import { githubRerun } from './rerun.ts';

/** GITHUB_TOKEN, and GITHUB_API_URL for GitHub Enterprise Server. Reading works without a token on public repositories, barely. */
export function github(environment: NodeJS.ProcessEnv): CiPlatform | undefined {
  const { GITHUB_TOKEN: token, GITHUB_API_URL: apiUrl } = environment;
  if (!token && !apiUrl) return undefined;
  const client = createClient({ ...(apiUrl && { apiUrl }), ...(token && { token }) });
  return { id: 'github', reader: githubReader(client), ...(token && { rerun: githubRerun(client) }) };
}
