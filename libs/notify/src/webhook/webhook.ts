import type { Notifier } from '@prunella/core';
import { request } from '@prunella/http';

/**
 * NOTIFY_WEBHOOK_URL: the notification as JSON, for whatever else people use. `Idempotency-Key` is the same when the same note is sent
 * again. NOTIFY_WEBHOOK_TOKEN is sent as a Bearer token. The address may be a secret as well: errors show its host only.
 */
export function webhook(environment: NodeJS.ProcessEnv): Notifier | undefined {
  const { NOTIFY_WEBHOOK_URL: url, NOTIFY_WEBHOOK_TOKEN: token } = environment;
  if (!url) return undefined;
  return {
    name: 'webhook',
    async notify(notification, signal) {
      const headers = { 'idempotency-key': notification.key, ...(token && { authorization: `Bearer ${token}` }) };
      await request(url, { provider: 'webhook', method: 'POST', headers, json: notification, signal, secretUrl: true });
    },
  };
}
