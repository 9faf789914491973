import type { FactoryProvider } from '@nestjs/common';
import { ciPlatforms } from '@prunella/ci';
import { clusterFromEnvironment } from '@prunella/cluster';
import { ENVIRONMENT } from '@prunella/service-kit';
import type { Reach } from './source.ts';

/** The token of `Reach`. */
export const REACH = Symbol('REACH');

/** What the environment configures. The service does not start with a kubeconfig that can't be read. */
export const reachProvider: FactoryProvider<Reach> = {
  provide: REACH,
  inject: [ENVIRONMENT],
  async useFactory(environment: NodeJS.ProcessEnv) {
    const readers = new Map(ciPlatforms(environment).map(({ id, reader }) => [id, reader]));
    return { reader: (platform) => readers.get(platform), cluster: await clusterFromEnvironment(environment) };
  },
};
