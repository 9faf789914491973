import { ConfigError, type Notifier } from '@prunella/core';
import { request } from '@prunella/http';
import { slackApi } from './api.ts';
import { bot } from './bot.ts';
import { slackMessage } from './message.ts';
import type { Posts } from './posts.ts';

/** Where Slack's methods are. */
export const SLACK_API = 'https://slack.com/api';

/** SLACK_BOT_TOKEN and SLACK_CHANNEL: a bot, whose messages can be changed later. Without them SLACK_WEBHOOK_URL. */
export function slack(environment: NodeJS.ProcessEnv, posts: Posts): Notifier | undefined {
  const { SLACK_BOT_TOKEN: token, SLACK_CHANNEL: channel, SLACK_API_URL: api, SLACK_WEBHOOK_URL: url } = environment;
  if (token) {
    if (!channel) {
      throw new ConfigError(
        'SLACK_BOT_TOKEN is set and SLACK_CHANNEL is not: expected the id of the channel that is told, such as C0123456789',
      );
    }
    return bot(slackApi(api || SLACK_API, token), channel, posts, Date.now);
  }
  return url ? byWebhook(url) : undefined;
}

/**
 * An incoming webhook. Slack's own client for them is one POST as well, but keeps the Retry-After of a rate limit
 * to itself; so only its types are used. Whoever knows the address can post, so errors don't show it.
 */
function byWebhook(url: string): Notifier {
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
