import type { Finding } from '@prunella/core';

/** Looks at one thing that a service needs. It changes nothing, here or outside. */
export interface Check {
  /** What is looked at, for people. */
  name: string;
  /**
   * What was found; none: there is nothing to look at here. What it throws becomes a finding.
   *
   * @param signal aborted when it has taken too long; nobody waits for it then.
   */
  examine(signal: AbortSignal): Promise<readonly Finding[]>;
}
