export { examineLoki, examinePrometheus } from './examine.ts';
export { type HealthCheck, probeHealth } from './health.ts';
export {
  BadLogQuery,
  type LogLine,
  type LogLines,
  Loki,
  lokiFromEnvironment,
  lokiPushFromEnvironment,
} from './loki.ts';
export { type LokiEntry, LokiPush, type Pushed } from './loki-push.ts';
export { type LookFor, look } from './look.ts';
export { BadQuery, Prometheus, prometheusFromEnvironment } from './prometheus.ts';
