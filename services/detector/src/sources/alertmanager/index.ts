import { parseInput } from '@prunella/service-kit';
import { verifyBearer } from '../bearer.ts';
import { jsonObject } from '../body.ts';
import type { Report, Source } from '../source.ts';
import { alertReport } from './alert.ts';
import { Notification } from './notification.ts';

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
    const [first, ...others] = alerts.map((alert) => alertReport(alert, sender)) as [Report, ...Report[]];
    return { kind: 'reports', reports: [first, ...others] };
  },
};
