import { optional } from '@prunella/service-kit';
import { z } from 'zod';

/** What the remediator reads from its environment. Loose: each platform finds its own variables in it. */
export const RemediatorEnvironment = z
  .object({
    PRUNELLA_CONFIG: optional(z.string()).describe('The policy file. Default: ./prunella.yaml when it is there.'),
    PRUNELLA_PUBLIC_URL: z
      .url()
      .default('http://127.0.0.1:7100')
      .describe('Where people reach the console; used for links in notes.'),
    SLACK_BOT_TOKEN: optional(z.string()).describe(
      'Bot User OAuth Token of a Slack app (xoxb-...): notes are posted by it, and questions are brought up to date. Needs SLACK_CHANNEL.',
    ),
    SLACK_CHANNEL: optional(z.string()).describe('The channel that the bot posts to: its id, e.g. C0123456789.'),
    SLACK_API_URL: optional(z.url()).describe("Address of Slack's API. Default: https://slack.com/api."),
    SLACK_WEBHOOK_URL: optional(z.string()).describe(
      'An incoming webhook of Slack, where there is no SLACK_BOT_TOKEN.',
    ),
  })
  .loose();
export type RemediatorEnvironment = z.infer<typeof RemediatorEnvironment>;
