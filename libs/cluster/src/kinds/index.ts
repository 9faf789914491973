import type { WorkloadKind } from '../workload.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { rollout } from './rollout.ts';
import { statefulSet } from './stateful-set.ts';

/** Every kind of workload we know; the first one is meant where none is named. */
export const KINDS: readonly WorkloadKind[] = [deployment, statefulSet, daemonSet, rollout];
