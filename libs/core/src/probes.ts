/** What a metric said when it was asked. Nothing is not zero. */
export type MetricReading = { kind: 'value'; value: number } | { kind: 'no-data'; why: string };

/** Whether a service answered its health check as expected. `no-data`: it could not even be asked. */
export type HealthReading =
  | { kind: 'healthy' }
  | { kind: 'unhealthy'; says: string }
  | { kind: 'no-data'; why: string };

/** One look at a deployed service: what it is asked to look at is there, and only that. */
export interface Reading {
  /** Share of the requests that were answered with an error, from 0 to 1. Absent: not to be looked at. */
  errorRate?: MetricReading;
  /** Absent: there is no health check to ask. */
  health?: HealthReading;
}
