import { bad, type ExamineOptions, type Finding, note, ok, ProviderError } from '@prunella/core';
import { z } from 'zod';
import { refusedFinding } from '../examined.ts';
import type { JenkinsClient } from './client.ts';

const DOCS = 'docs/guide/jenkins.md';
const NAME = 'Jenkins account';
const SET = { credentials: 'JENKINS_USER and JENKINS_TOKEN', address: 'JENKINS_URL' };
const MEND = 'set JENKINS_USER, and JENKINS_TOKEN to an API token of that user';

/** Jenkins' `WhoAmI`. */
const WhoAmI = z.object({ name: z.string(), anonymous: z.boolean() });

/** As whom Jenkins takes us, and whether it lets us look around. Nothing is changed there. */
export async function examineJenkins(client: JenkinsClient, { need, signal }: ExamineOptions): Promise<Finding[]> {
  try {
    const who = await client.json('whoAmI/api/json', WhoAmI, signal);
    const own = accountFinding(who, client.user, need);
    return own.state === 'bad' ? [own] : [own, await readFinding(client, signal)];
  } catch (error) {
    return [refusedFinding(NAME, error, SET, DOCS)];
  }
}

/** @param user as whom we came; undefined: nobody signed in. */
export function accountFinding(
  { name, anonymous }: z.infer<typeof WhoAmI>,
  user: string | undefined,
  need: ExamineOptions['need'],
): Finding {
  if (!anonymous) return ok(NAME, `it is taken, as ${name}`);
  if (user !== undefined) return bad(NAME, `Jenkins does not know ${user} by this token`, MEND, DOCS);
  return need === 'write'
    ? note(NAME, 'nobody signed in: builds are read as anybody may, and nothing is run again', MEND, DOCS)
    : note(NAME, 'nobody signed in: builds are read as anybody may', MEND, DOCS);
}

async function readFinding(client: JenkinsClient, signal: AbortSignal): Promise<Finding> {
  try {
    await client.json('queue/api/json?tree=items%5Bid%5D', z.object({}), signal);
    return ok('Jenkins, reading', 'its queue can be read');
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return bad('Jenkins, reading', error.detail, 'give the user Overall/Read and Job/Read', DOCS);
  }
}
