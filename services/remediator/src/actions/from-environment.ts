import type { Bus } from '@prunella/bus';
import type { CiPlatform } from '@prunella/ci';
import { clusterFromEnvironment } from '@prunella/cluster';
import type { Notifier } from '@prunella/core';
import type { Policy } from '@prunella/policy';
import { alternativePath } from './alternative-path/alternative-path.ts';
import { Actions } from './index.ts';
import { notifyHuman } from './notify-human/notify-human.ts';
import { raiseTimeout } from './raise-timeout/raise-timeout.ts';
import { restart } from './restart/restart.ts';
import { retry } from './retry/retry.ts';
import { isOfRollout, retryRollout } from './retry/retry-rollout.ts';
import { rollback } from './rollback/rollback.ts';
import { scale } from './scale/scale.ts';
import type { QuarantineBook } from './skip-test/quarantine-book.ts';
import { skipTest } from './skip-test/skip-test.ts';
import { split } from './split.ts';

/** Every action we know, with the CI platforms and what else the environment configures. `publicUrl`: where people reach the console. */
export async function actionsFromEnvironment(
  environment: NodeJS.ProcessEnv,
  publicUrl: string,
  policy: () => Policy,
  platforms: readonly CiPlatform[],
  quarantine: { bus: Bus; book: QuarantineBook },
  notifiers: readonly Notifier[],
): Promise<Actions> {
  const cluster = await clusterFromEnvironment(environment);
  return new Actions([
    split(isOfRollout, retryRollout(cluster), retry(platforms)),
    alternativePath(platforms),
    rollback(cluster),
    scale(cluster, () => policy().scale),
    restart(cluster),
    raiseTimeout(cluster, () => policy().timeouts),
    notifyHuman(notifiers, publicUrl),
    skipTest(quarantine.bus, quarantine.book, policy),
  ]);
}
