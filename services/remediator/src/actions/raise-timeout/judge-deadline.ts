import type { Change, Workload } from '@prunella/cluster';
import type { Proof } from '../action.ts';
import { STALLED_MS } from '../workload.ts';

const PROVE_AGAIN_MS = 5_000;

/**
 * What the state of a workload says about its longer deadline. That it ran out of time stands there until there is progress, so that counts only
 * when it is said anew, or when the new deadline is over as well. It did harm when fewer replicas can serve than before. Pure.
 *
 * @param now milliseconds since the epoch.
 */
export function judgeDeadline(
  { rollout, available }: Workload,
  { at, available: before, deadline }: Change,
  after: string,
  now: number,
): Proof {
  const isWorse = available < before;
  const compared = isWorse ? `; ${available} replicas are available, ${before} were before` : '';
  switch (rollout.kind) {
    case 'complete':
      return { kind: 'healed', reason: `${after}, ${rollout.says}` };
    case 'failed': {
      const isOld = rollout.since === undefined || rollout.since === deadline?.lateSince;
      const isOver = now >= at + (deadline?.to ?? 0) * 1_000;
      if (isOld && !isOver) return { kind: 'pending', afterMs: PROVE_AGAIN_MS };
      return { kind: isWorse ? 'harmful' : 'ineffective', reason: `${after}, ${rollout.says} again${compared}` };
    }
    case 'progressing':
      // Its controller says when it has taken too long.
      return isWorse && now >= at + STALLED_MS
        ? { kind: 'harmful', reason: `${after}, ${rollout.says}${compared}` }
        : { kind: 'pending', afterMs: PROVE_AGAIN_MS };
  }
}
