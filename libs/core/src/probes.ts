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

/** What a probe of a dependency found, in one line. `no-data`: it could not be asked from here, which says nothing of it. */
export type ProbeResult = { kind: 'ok' | 'failed'; says: string } | { kind: 'no-data'; why: string };

/** Asks one kind of dependency whether it is there. */
export interface Probe<Target> {
  /**
   * Changes nothing there, and goes nowhere but to the target: no redirect is followed. Throws nothing of theirs.
   *
   * @param secret the value of an environment variable that the target names; undefined: it is not set.
   * @param signal aborted when the probe has taken too long: then it has failed.
   */
  probe(target: Target, secret: (name: string) => string | undefined, signal: AbortSignal): Promise<ProbeResult>;
}
