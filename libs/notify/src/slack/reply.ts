import { ProviderError, type Replier, type Reply } from '@prunella/core';
import { request } from '@prunella/http';
import { cut, escaped, plain, SECTION, type SlackMessage, slackMessage } from './message.ts';

const HOOKS = 'https://hooks.slack.com';

/** What a `response_url` takes. https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
type SlackReply =
  | (Omit<SlackMessage, 'channel'> & { replace_original: true })
  | { response_type: 'ephemeral'; replace_original: false; text: string };

/**
 * Answers by the `response_url` of a pressed button. It came with a request from outside: nothing but Slack's own host is called, and the host of
 * SLACK_WEBHOOK_URL, for those whose Slack is elsewhere.
 */
export function slackReplier({ SLACK_WEBHOOK_URL: own }: NodeJS.ProcessEnv): Replier {
  const origins = [HOOKS, ...(own ? [URL.parse(own)?.origin ?? HOOKS] : [])];
  return {
    async reply(address, reply, signal) {
      if (!origins.includes(URL.parse(address)?.origin ?? '')) {
        throw new ProviderError(
          'slack',
          'refused',
          `expected a response_url at ${origins.join(' or ')}, found another`,
        );
      }
      await request(address, { provider: 'slack', method: 'POST', json: slackReply(reply), signal, secretUrl: true });
    },
  };
}

/** Pure. */
export function slackReply(reply: Required<Reply>): SlackReply & { replace_original: true };
export function slackReply(reply: Reply): SlackReply;
export function slackReply({ says, instead }: Reply): SlackReply {
  const text = cut(escaped(says), SECTION);
  if (instead === undefined) return { response_type: 'ephemeral', replace_original: false, text };
  const { blocks, ...message } = slackMessage(instead);
  const { channel: _, ...rest } = message;
  const word = { type: 'section' as const, text: plain(says, SECTION) };
  return { ...rest, replace_original: true, blocks: [...blocks.slice(0, 1), word, ...blocks.slice(1)] };
}
