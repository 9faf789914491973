import { systemClock } from '@prunella/core';
import type { Source } from '../source.ts';
import { interaction } from './interaction.ts';
import { verifySignature } from './signature.ts';

/** A payload holds the message whose button was pressed. */
const MAX_BYTES = 1024 ** 2;

/** Buttons that people press in Slack, signed with SLACK_SIGNING_SECRET: the "request URL" of the app's interactivity. */
export const slack: Source = {
  name: 'slack',
  path: '/webhooks/slack',
  maxBytes: MAX_BYTES,
  accepted: 200,
  withinMs: 2_500,
  // What was pressed shows in the body; that is not read before the sender is known.
  eventOf: () => 'interaction',
  async authenticate(delivery, environment) {
    verifySignature(delivery, environment, systemClock.now());
  },
  read: (delivery) => interaction(delivery.body),
};
