import { createHmac } from 'node:crypto';

/** Somebody in Slack. */
export interface SlackUser {
  id: string;
  username: string;
}

export interface PressOptions {
  user: SlackUser;
  secret: string;
  /** Where Slack takes what became of it. */
  responseUrl: string;
  /** When it was pressed, ms since the epoch. Default: now. */
  at?: number;
}

/** A request of Slack's, ready to be posted. */
export interface SlackRequest {
  body: string;
  headers: Record<string, string>;
}

type Element = { type: string; action_id?: string; text?: { text: string }; value?: string };
type Block = { type: string; elements?: Element[] };

/**
 * What Slack posts when somebody presses the button with this text under a message.
 * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
 *
 * @throws Error when there is no such button.
 */
export function pressButton(
  message: unknown,
  text: string,
  { user, secret, responseUrl, at = Date.now() }: PressOptions,
): SlackRequest {
  const { blocks = [] } = message as { blocks?: Block[] };
  const elements = blocks.flatMap((block) => (block.type === 'actions' ? (block.elements ?? []) : []));
  const button = elements.find((element) => element.type === 'button' && element.text?.text === text);
  if (button === undefined) throw new Error(`expected a button "${text}", found ${JSON.stringify(elements)}`);
  const payload = {
    type: 'block_actions',
    user: { ...user, name: user.username, team_id: 'T0ACME' },
    api_app_id: 'A0PRUNELLA',
    token: 'legacy-token',
    container: { type: 'message', message_ts: '1700000000.000100', channel_id: 'C0BUILDS', is_ephemeral: false },
    trigger_id: '1.2.3',
    team: { id: 'T0ACME', domain: 'acme' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: 'C0BUILDS', name: 'builds' },
    message: { type: 'message', subtype: 'bot_message', ts: '1700000000.000100', blocks },
    state: { values: {} },
    response_url: responseUrl,
    actions: [{ ...button, block_id: 'b1', action_ts: (at / 1_000).toFixed(6) }],
  };
  return signedBySlack(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), secret, at);
}

/** A request as Slack signs it. https://docs.slack.dev/authentication/verifying-requests-from-slack @param at ms since the epoch. */
export function signedBySlack(body: string, secret: string, at: number = Date.now()): SlackRequest {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
  };
}
