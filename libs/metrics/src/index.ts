export { type HealthCheck, probeHealth } from './health.ts';
export { type LookFor, look } from './look.ts';
export { BadQuery, Prometheus, prometheusFromEnvironment } from './prometheus.ts';
