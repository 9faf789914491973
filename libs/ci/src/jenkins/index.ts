import type { CiPlatform } from '../platform.ts';
import { createClient } from './client.ts';
import { examineJenkins } from './examine.ts';
import { jenkinsReader } from './reader.ts';
import { jenkinsRerun } from './rerun.ts';
import { jenkinsTrigger } from './trigger.ts';

/** JENKINS_URL; with JENKINS_USER and JENKINS_TOKEN (an API token of that user) builds can be begun, too. */
export function jenkins(environment: NodeJS.ProcessEnv): CiPlatform | undefined {
  const { JENKINS_URL: url, JENKINS_USER: user, JENKINS_TOKEN: token } = environment;
  if (!url) return undefined;
  const client = createClient(url, user && token ? { user, token } : undefined);
  return {
    id: 'jenkins',
    reader: jenkinsReader(client),
    examine: (options) => examineJenkins(client, options),
    ...(client.user !== undefined && { rerun: jenkinsRerun(client), trigger: jenkinsTrigger(client) }),
  };
}
