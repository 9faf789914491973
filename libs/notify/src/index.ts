import type { Notifier } from '@prunella/core';
import { slack } from './slack/slack.ts';
import { webhook } from './webhook/webhook.ts';

export { slackReplier } from './slack/reply.ts';

/** How a notifier is found in the environment; undefined: it is not configured. */
export type NotifierFactory = (environment: NodeJS.ProcessEnv) => Notifier | undefined;

/** Every way to tell people that we know: one folder each. */
export const notifierFactories: readonly NotifierFactory[] = [slack, webhook];

/** The notifiers that the environment configures. */
export function notifiers(environment: NodeJS.ProcessEnv): Notifier[] {
  return notifierFactories.map((factory) => factory(environment)).filter((notifier) => notifier !== undefined);
}
