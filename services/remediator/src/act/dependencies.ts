import type { JsonBucket } from '@prunella/bus';
import type { Clock } from '@prunella/core';
import type { DependencyDeps } from '@prunella/decision';
import { type DependencyRecord, standingOf } from '@prunella/policy';

/** As the detector wrote it down. */
export function standings(bucket: JsonBucket<DependencyRecord>, clock: Clock): DependencyDeps['standing'] {
  return async (dependency) => standingOf((await bucket.get(dependency.name))?.value, dependency, clock.now());
}
