import { z } from 'zod';

/** More are a storm that one delivery must not make many incidents of; `max_alerts` in Alertmanager's configuration cuts it. */
const MOST_ALERTS = 1_000;

const Words = z.record(z.string().max(256), z.string().max(16_384)).default({});
const Time = z.iso.datetime({ offset: true });

/** One alert of a notification. Alertmanager gives no id: the fingerprint of its labels and its beginning are one. */
export const Alert = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: Words,
  annotations: Words,
  startsAt: Time,
  /** `0001-01-01T00:00:00Z` while it fires. */
  endsAt: Time,
  generatorURL: z.string().max(16_384).default(''),
  fingerprint: z.string().regex(/^[0-9a-f]{1,32}$/, { error: 'expected the fingerprint of an alert, in hexadecimal' }),
});
export type Alert = z.infer<typeof Alert>;

/** What Alertmanager posts. Newer versions may say more. */
export const Notification = z.looseObject({
  version: z.literal('4', { error: 'expected version 4 of the notification' }),
  alerts: z.array(Alert).min(1).max(MOST_ALERTS),
  externalURL: z.string().max(2_048).default(''),
});
