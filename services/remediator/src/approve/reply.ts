import type { JsonBucket, ReplyTo } from '@prunella/bus';
import { messageOf, type Notification, type Replier, type Reply, replyKey } from '@prunella/core';
import { notificationOf } from '../actions/notify-human/notify-human.ts';
import { asked, type Order } from '../order.ts';
import type { Heard } from './approve.ts';

/** Slack shows somebody who waits longer an error. */
const REPLY_TIMEOUT_MS = 10_000;

export interface ReplyDeps {
  replies: JsonBucket<ReplyTo>;
  replier: Replier;
  /** Where people reach the console. */
  publicUrl: string;
  log: { unanswered(answer: string, problem: string): void };
}

/** Tells whoever answered in a chat what became of it, where they answered. Nothing depends on it: what fails is only logged. */
export async function reply(answer: string, heard: Heard, d: ReplyDeps): Promise<void> {
  try {
    const key = replyKey(answer);
    const to = (await d.replies.get(key))?.value;
    if (to === undefined) return;
    await d.replier.reply(to.address, replyOf(heard, d.publicUrl), AbortSignal.timeout(REPLY_TIMEOUT_MS));
    await d.replies.delete(key);
  } catch (error) {
    d.log.unanswered(answer, messageOf(error));
  }
}

/** Who may not answer must not take the buttons away from those who may: they alone are told. Pure. */
export function replyOf(heard: Heard, publicUrl: string): Reply {
  const { kind, says } = heard;
  if (kind === 'not-asked' || kind === 'not-allowed') return { says };
  return { says, instead: requestOf(heard.order, kind === 'waiting', publicUrl) };
}

/** What was asked, once more. */
export function requestOf(order: Order, stillAsked: boolean, publicUrl: string): Notification {
  const { approval, ...told } = notificationOf(asked(order), publicUrl);
  return { ...told, ...(stillAsked && approval && { approval }) };
}
