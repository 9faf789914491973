import { ciPlatforms } from '@prunella/ci';
import { clusterFromEnvironment } from '@prunella/cluster';
import { notifiers } from '@prunella/notify';
import { Actions } from './index.ts';
import { notifyHuman } from './notify-human/notify-human.ts';
import { retry } from './retry/retry.ts';
import { rollback } from './rollback/rollback.ts';

/** Every action we know, with the platforms that the environment configures. `publicUrl`: where people reach the console. */
export function actionsFromEnvironment(environment: NodeJS.ProcessEnv, publicUrl: string): Actions {
  const console = publicUrl.replace(/\/+$/, '');
  return new Actions([
    retry(ciPlatforms(environment)),
    rollback(clusterFromEnvironment(environment)),
    notifyHuman(notifiers(environment), (incidentId) => `${console}/incidents/${encodeURIComponent(incidentId)}`),
  ]);
}
