import type { Notification, Notifier } from '@prunella/core';
import { refusal, type SlackAnswer, type SlackApi } from './api.ts';
import { slackMessage } from './message.ts';
import type { Post, Posts } from './posts.ts';
import { slackReply } from './reply.ts';

/** Where a note can't go: then it goes to the usual channel, for nobody would hear of it. */
const NO_PLACE = ['channel_not_found', 'not_in_channel', 'is_archived'];
/** Where a channel can't be looked at: it has no id here, or the app may not read it. */
const NOT_TO_BE_SEEN = [...NO_PLACE, 'missing_scope'];
const NOTE_TYPE = 'prunella_note';
/** Slack's clock and ours. */
const CLOCKS_DIFFER_MS = 60_000;
const MOST_MESSAGES = '200';

/**
 * Posts as the bot of an app. Slack knows no idempotency key: each message carries the key of its note as metadata, and where it is not known whether
 * an earlier call got through, the channel is looked at before it is posted again.
 *
 * @param now ms since the epoch.
 */
export function bot(api: SlackApi, channel: string, posts: Posts, now: () => number): Notifier {
  return {
    name: 'slack',
    async notify(notification, signal) {
      const { key } = notification;
      const before = (await posts.get(key))?.value;
      if (before?.at !== undefined) return;
      const since = before?.since ?? now();
      if (before === undefined) await posts.put(key, { since });
      const at = (before && (await find(key, before, signal))) ?? (await post(notification, signal));
      // Slack says where it stands; where it did not, the message can't be changed later, and that is all.
      await posts.put(key, { since, ...(at !== undefined && { at }) });
    },
    async amend(reply, signal) {
      const { at } = (await posts.get(reply.instead.key))?.value ?? {};
      if (at === undefined) return;
      const { text, blocks } = slackReply(reply);
      const answer = await api('chat.update', { json: { ...at, text, blocks } }, signal);
      if (!answer.ok) throw refusal('chat.update', answer);
    },
  };

  async function post(notification: Notification, signal: AbortSignal): Promise<Post['at']> {
    const { channel: wanted = channel, ...message } = slackMessage(notification);
    const metadata = { event_type: NOTE_TYPE, event_payload: { key: notification.key } };
    const to = (place: string): Promise<SlackAnswer> => {
      const json = { channel: place, ...message, metadata, unfurl_links: false, unfurl_media: false };
      return api('chat.postMessage', { json }, signal);
    };
    const first = await to(wanted);
    const lost = !first.ok && wanted !== channel && NO_PLACE.includes(first.error);
    const answer = lost ? await to(channel) : first;
    if (!answer.ok) throw refusal('chat.postMessage', answer);
    const { channel: where, ts } = answer;
    return where === undefined || ts === undefined ? undefined : { channel: where, ts };
  }

  /** The message with this key, where an earlier call got through; undefined: there is none, or it can't be seen. */
  async function find(key: string, { since }: Post, signal: AbortSignal): Promise<Post['at']> {
    const oldest = ((since - CLOCKS_DIFFER_MS) / 1_000).toFixed(6);
    const form = { channel, oldest, include_all_metadata: 'true', limit: MOST_MESSAGES };
    const answer = await api('conversations.history', { form }, signal);
    if (!answer.ok) {
      if (NOT_TO_BE_SEEN.includes(answer.error)) return undefined;
      throw refusal('conversations.history', answer);
    }
    const found = answer.messages?.find(({ metadata }) => metadata?.event_payload?.['key'] === key);
    return found && { channel, ts: found.ts };
  }
}
