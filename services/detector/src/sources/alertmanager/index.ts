import { parseInput } from '@prunella/service-kit';
import { verifyBearer } from '../bearer.ts';
import { jsonObject } from '../body.ts';
import type { Source } from '../source.ts';
import { alertReport } from './alert.ts';
import { type Alert, Notification } from './notification.ts';

/** A group of a thousand alerts with long labels. */
const MAX_BYTES = 4 * 1024 ** 2;

/**
 * Notifications of Prometheus' Alertmanager (webhook_config, version 4), let in by `http_config.authorization`: each alert that fires is a failure, each that
 * is resolved the end of one. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
export const alertmanager: Source = {
  name: 'alertmanager',
  path: '/webhooks/alertmanager',
  maxBytes: MAX_BYTES,
  eventOf: () => 'notification',
  authenticate: verifyBearer,
  read(delivery) {
    const { alerts, externalURL: sender } = parseInput(Notification, jsonObject(delivery.body));
    const [first, ...others] = alerts.filter(isOfOthers).map((alert) => alertReport(alert, sender));
    if (first === undefined) {
      return {
        kind: 'ignored',
        reason: 'alerts on Prunella itself (about="prunella") are for people: route them to somebody',
      };
    }
    return { kind: 'reports', reports: [first, ...others] };
  },
};

/** Prunella does not try to heal itself, with what is broken: its own incidents would raise the next alert. */
function isOfOthers({ labels }: Alert): boolean {
  return labels['about'] !== 'prunella';
}
