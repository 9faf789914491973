import type { Notifier } from '@prunella/core';
import type { Posts } from './slack/posts.ts';
import { slack } from './slack/slack.ts';
import { webhook } from './webhook/webhook.ts';

export { examineSlack } from './slack/examine.ts';
export type { Post, Posts } from './slack/posts.ts';
export { slackReplier } from './slack/reply.ts';

/** How a notifier is found in the environment; undefined: it is not configured. Throws ConfigError for what is configured by halves. */
export type NotifierFactory = (environment: NodeJS.ProcessEnv, posts: Posts) => Notifier | undefined;

/** Every way to tell people that we know: one folder each. */
export const notifierFactories: readonly NotifierFactory[] = [slack, webhook];

/** The notifiers that the environment configures. @param posts where it is kept what was told, for those that can change it later. */
export function notifiers(environment: NodeJS.ProcessEnv, posts: Posts): Notifier[] {
  return notifierFactories.map((factory) => factory(environment, posts)).filter((notifier) => notifier !== undefined);
}
