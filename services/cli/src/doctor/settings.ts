import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ciPlatforms } from '@prunella/ci';
import { bad, type Finding, messageOf, note, ok } from '@prunella/core';
import { parsePolicy } from '@prunella/policy';
import type { Context } from '../context.ts';

/** Settings that open something up, and what it means that one is not set. */
const SETTINGS: readonly { name: string; without: string; mend: string; orElse?: string }[] = [
  {
    name: 'GITHUB_WEBHOOK_SECRET',
    without: "not set: GitHub's webhook answers 401",
    mend: 'set it to the secret of the webhook to hear of runs on GitHub',
  },
  {
    name: 'GITHUB_TOKEN',
    without: 'not set: logs on GitHub are not read, and nothing is rerun there',
    mend: 'set it to a token with actions:read for the diagnoser, and actions:write and pull_requests:write for the remediator; or configure a GitHub App (GITHUB_APP_ID)',
    orElse: 'GITHUB_APP_ID',
  },
  {
    name: 'GITLAB_TOKEN',
    without:
      'not set: logs on GitLab are not read (but those of public projects, if GITLAB_URL is set), and nothing is rerun there',
    mend: 'set it to a token with read_api for the diagnoser, and api for the remediator; GITLAB_URL where it is not gitlab.com',
  },
  {
    name: 'GITLAB_WEBHOOK_TOKEN',
    without: "not set: GitLab's webhook answers 401",
    mend: 'set it to the secret token of the webhook, or GITLAB_WEBHOOK_SIGNING_TOKEN to its signing token, to hear of pipelines on GitLab',
    orElse: 'GITLAB_WEBHOOK_SIGNING_TOKEN',
  },
  {
    name: 'JENKINS_WEBHOOK_TOKEN',
    without: 'not set: notifications of Jenkins are answered with 401',
    mend: "set it, and put it into the address of Jenkins' notifications as ?token=, to hear of builds on Jenkins",
  },
  {
    name: 'JENKINS_URL',
    without: 'not set: logs on Jenkins are not read, and nothing is rerun there',
    mend: 'set it to the address of Jenkins, e.g. https://ci.example.com or https://example.com/jenkins',
  },
  {
    name: 'JENKINS_USER',
    without: 'not set: Jenkins is read as anybody may, and nothing is rerun there',
    mend: 'set it to a user with Overall/Read and Job/Read for the diagnoser, and Job/Build for the remediator',
  },
  {
    name: 'JENKINS_TOKEN',
    without: 'not set: Jenkins is read as anybody may, and nothing is rerun there',
    mend: 'set it to an API token of JENKINS_USER (its page in Jenkins, Security), not to its password',
  },
  {
    name: 'SLACK_WEBHOOK_URL',
    without: 'not set: nobody is told by Slack',
    mend: 'set it to an incoming webhook to have people told, or SLACK_BOT_TOKEN and SLACK_CHANNEL',
    orElse: 'SLACK_BOT_TOKEN',
  },
  {
    name: 'SLACK_SIGNING_SECRET',
    without: 'not set: buttons that are pressed in Slack are refused',
    mend: "set it to the signing secret of the Slack app, whose interactivity's request URL is /webhooks/slack, to approve from Slack",
  },
  {
    name: 'PRUNELLA_API_TOKEN',
    without: 'not set: the API is open, on loopback only',
    mend: 'set it before PRUNELLA_HOST makes the API reachable for others',
  },
];

/** Says which secrets are set; never what they are. */
export function checkSettings({ env }: Pick<Context, 'env'>): Finding[] {
  return SETTINGS.map(({ name, without, mend, orElse }) => {
    if (orElse !== undefined && env[orElse]) return ok(name, `not needed: ${orElse} is set`);
    return env[name] ? ok(name, 'set') : note(name, without, mend);
  });
}

/** Reads what says which CI platforms there are exactly as the services do. */
export function checkPlatforms({ env }: Pick<Context, 'env'>): Finding {
  try {
    const names = ciPlatforms(env).map(({ id }) => id);
    return names.length > 0
      ? ok('CI platforms', names.join(', '))
      : note('CI platforms', 'none is configured: no log is read, and nothing is rerun', 'set GITHUB_TOKEN, for one');
  } catch (error) {
    return bad('CI platforms', messageOf(error), 'mend it; until then the diagnoser and the remediator do not start');
  }
}

/** Parses the policy exactly as the remediator does. */
export async function checkPolicy({ env, cwd }: Pick<Context, 'env' | 'cwd'>): Promise<Finding> {
  const asked = env['PRUNELLA_CONFIG'];
  const file = resolve(cwd, asked || 'prunella.yaml');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return asked
      ? bad(
          'policy',
          `${file} (PRUNELLA_CONFIG) can't be read: ${messageOf(error)}`,
          'write it, or unset PRUNELLA_CONFIG',
        )
      : note('policy', 'no prunella.yaml: everything real is only recommended', 'write one to let Prunella act');
  }
  try {
    parsePolicy(text);
    return ok('policy', file);
  } catch (error) {
    return bad('policy', `${file}: ${messageOf(error)}`, 'mend it; until then the services keep to the last good one');
  }
}
