import { type ApprovalRequest, type Notification, SLACK_BUTTONS, type SlackButtonValue } from '@prunella/core';
import type { ActionsBlock, Button, KnownBlock } from '@slack/types';

/** A message of an incoming webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export interface SlackMessage {
  /** For notifications and screen readers. */
  text: string;
  /** Only honoured by webhooks of the old kind; the new ones have their channel. */
  channel?: string;
  blocks: KnownBlock[];
}

/** Slack's limits, in characters and items. https://docs.slack.dev/reference/block-kit/blocks */
const HEADER = 150;
export const SECTION = 3_000;
const FIELD = 2_000;
const FIELDS = 10;
const CONFIRM_TITLE = 100;
const CONFIRM_TEXT = 300;

const NO_TITLE = 'A pipeline failed';

const MARKS: Readonly<Record<Notification['urgency'], string>> = {
  low: 'ℹ️',
  normal: '⚠️',
  high: '🚨',
};

/**
 * Lays a notification out, with buttons where it asks for an answer. Log lines stand in a code block, everything else that others may have written in plain text; nothing of it can mention
 * somebody, become a link or be markup. Pure.
 */
export function slackMessage(notification: Notification): SlackMessage {
  const { title, text, urgency, to, facts, evidence, link, approval } = notification;
  const blocks: KnownBlock[] = [
    { type: 'header', text: plain(title.trim() || NO_TITLE, HEADER) },
    { type: 'section', text: plain(`${MARKS[urgency]} ${text}`, SECTION) },
  ];
  if (evidence.length > 0) {
    const lines = evidence
      .map(({ line, text: content }) => `${line}: ${escaped(content).replaceAll('`', 'ˋ')}`)
      .join('\n');
    blocks.push({ type: 'section', text: mrkdwn(`\`\`\`${cut(lines, SECTION - 6)}\`\`\``) });
  }
  if (facts.length > 0) {
    const fields = facts.slice(0, FIELDS).map(({ name, value }) => plain(`${name}:\n${value}`, FIELD));
    blocks.push({ type: 'section', fields });
  }
  if (approval !== undefined) blocks.push(buttons(approval));
  const address = link === undefined ? '' : linkTo(link);
  if (address !== '') blocks.push({ type: 'context', elements: [mrkdwn(address)] });
  return {
    text: cut(`${escaped(title)}: ${escaped(text)}`, SECTION),
    ...(to?.startsWith('#') && { channel: to }),
    blocks,
  };
}

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
function buttons({ incidentId, attempt, action }: ApprovalRequest): ActionsBlock {
  const about: SlackButtonValue = { incident: incidentId, attempt, action };
  const value = JSON.stringify(about);
  const button = (approves: boolean): Button => ({
    type: 'button',
    action_id: approves ? SLACK_BUTTONS.approve : SLACK_BUTTONS.reject,
    style: approves ? 'primary' : 'danger',
    text: plain(approves ? 'Approve' : 'Reject', 75),
    value,
    confirm: {
      title: plain(`${approves ? 'Do' : "Don't do"} ${action}?`, CONFIRM_TITLE),
      text: plain(
        approves ? `${action} is done for ${incidentId}.` : `Nothing is done for ${incidentId}.`,
        CONFIRM_TEXT,
      ),
      confirm: plain(approves ? 'Approve' : 'Reject', 30),
      deny: plain('Cancel', 30),
    },
  });
  return { type: 'actions', elements: [button(true), button(false)] };
}

/** Shown as it is: no markup, no links, and `:tada:` is no picture. */
export function plain(text: string, longest: number) {
  return { type: 'plain_text' as const, text: cut(text, longest), emoji: false };
}

/** With the markup that is ours. Unless it is told to be verbatim, Slack makes links and mentions of whatever looks like one, also in the midst of code. */
function mrkdwn(text: string) {
  return { type: 'mrkdwn' as const, text, verbatim: true };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Empty: the address is longer than Slack takes, and half of one leads nowhere. */
function linkTo(address: string): string {
  const text = `<${escaped(address).replaceAll('|', '%7C')}|Why, in full>`;
  return text.length <= FIELD ? text : '';
}

/** Never in the middle of a character or of an escape. */
export function cut(text: string, longest: number): string {
  const whole = text.toWellFormed();
  if (whole.length <= longest) return whole;
  return `${whole.slice(0, longest - 1).replace(/[\ud800-\udbff]$|&[a-z]{0,3}$/, '')}…`;
}
