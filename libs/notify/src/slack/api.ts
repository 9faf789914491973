import { ProviderError, type ProviderProblem } from '@prunella/core';
import { jsonOf, request } from '@prunella/http';
import { z } from 'zod';

/** What Slack's methods answer, as far as it is used here. */
const Answer = z.discriminatedUnion('ok', [
  z.looseObject({
    ok: z.literal(true),
    channel: z.string().optional(),
    ts: z.string().optional(),
    team: z.string().optional(),
    user: z.string().optional(),
    messages: z
      .array(
        z.looseObject({
          ts: z.string(),
          metadata: z.looseObject({ event_payload: z.record(z.string(), z.unknown()).optional() }).optional(),
        }),
      )
      .optional(),
  }),
  z.looseObject({ ok: z.literal(false), error: z.string(), needed: z.string().optional() }),
]);
export type SlackAnswer = z.infer<typeof Answer>;

/**
 * Calls one method of Slack's once. Gives also what Slack refused; throws ProviderError where there is no such answer. Slack's own client is not
 * used: what was cut off it sends again by itself, up to ten times, and a message that had got through is posted twice; told not to, it still
 * can't be stopped when the right to post is lost.
 */
export type SlackApi = (method: string, body: SlackBody, signal: AbortSignal) => Promise<SlackAnswer>;
export type SlackBody = { json: object } | { form: Readonly<Record<string, string>> };

/** @param base `https://slack.com/api`. */
export function slackApi(base: string, token: string): SlackApi {
  return async (method, body, signal) => {
    const headers = { authorization: `Bearer ${token}` };
    const url = `${base.replace(/\/+$/, '')}/${method}`;
    const response = await request(url, { provider: 'slack', method: 'POST', headers, signal, ...body });
    const answer = Answer.safeParse(await jsonOf(response, 'slack'));
    if (answer.success) return answer.data;
    const detail = `${method}: expected an answer with "ok", found another: ${z.prettifyError(answer.error)}`;
    throw new ProviderError('slack', 'unavailable', detail);
  };
}

/** Slack's words for what it refuses, and what can be done. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const REFUSALS: Readonly<Record<string, { problem: ProviderProblem; mend?: string }>> = {
  ratelimited: { problem: 'rate-limited' },
  rate_limited: { problem: 'rate-limited' },
  message_limit_exceeded: { problem: 'rate-limited' },
  invalid_auth: { problem: 'unauthenticated', mend: 'set SLACK_BOT_TOKEN to the Bot User OAuth Token of the app' },
  not_authed: { problem: 'unauthenticated', mend: 'set SLACK_BOT_TOKEN to the Bot User OAuth Token of the app' },
  account_inactive: { problem: 'unauthenticated', mend: 'the bot was removed: install the app again' },
  token_revoked: { problem: 'unauthenticated', mend: 'install the app again, and set SLACK_BOT_TOKEN' },
  token_expired: { problem: 'unauthenticated', mend: 'switch token rotation off, and set SLACK_BOT_TOKEN' },
  missing_scope: { problem: 'forbidden', mend: 'add the scope to the app, and install it again' },
  not_in_channel: { problem: 'forbidden', mend: 'invite the app to the channel' },
  is_archived: { problem: 'forbidden', mend: 'set SLACK_CHANNEL to a channel that is not archived' },
  cant_update_message: { problem: 'forbidden', mend: 'only the app that posted a message can change it' },
  edit_window_closed: { problem: 'forbidden', mend: 'the workspace does not let messages be edited so late' },
  channel_not_found: {
    problem: 'not-found',
    mend: 'set SLACK_CHANNEL to the id of a channel, and invite the app where it is a private one',
  },
  message_not_found: { problem: 'not-found', mend: 'somebody deleted it: nothing is to be done' },
  internal_error: { problem: 'unavailable' },
  fatal_error: { problem: 'unavailable' },
  service_unavailable: { problem: 'unavailable' },
  request_timeout: { problem: 'unavailable' },
};

/** What a refusal of Slack's means. Pure. */
export function refusal(method: string, { error, needed }: SlackAnswer & { ok: false }): ProviderError {
  const { problem, mend } = REFUSALS[error] ?? { problem: 'refused' as const };
  const scope = needed === undefined ? '' : ` (${needed})`;
  return new ProviderError('slack', problem, `${method}: ${error}${scope}${mend === undefined ? '' : `: ${mend}`}`);
}
