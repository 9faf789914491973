import type { Notifier } from '@prunella/core';
import { request } from '@prunella/http';
import { slackMessage } from './message.ts';

/**
 * SLACK_WEBHOOK_URL: an incoming webhook. Slack's own client for them is one POST as well, but keeps the Retry-After of a rate limit
 * to itself; so only its types are used. Whoever knows the address can post, so errors don't show it.
 */
export function slack(environment: NodeJS.ProcessEnv): Notifier | undefined {
  const { SLACK_WEBHOOK_URL: url } = environment;
  if (!url) return undefined;
  return {
    name: 'slack',
    async notify(notification, signal) {
      await request(url, {
        provider: 'slack',
        method: 'POST',
        json: slackMessage(notification),
        signal,
        secretUrl: true,
      });
    },
  };
}
