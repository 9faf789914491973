import type { ServiceDefinition } from '@prunella/service-kit';
import { PlaygroundEnvironment } from './environment.ts';
import { PlaygroundModule } from './playground.module.ts';

/** The simulated CI and deployment platform: one more platform, for those who have not connected theirs yet. */
export const playground: ServiceDefinition<typeof PlaygroundEnvironment> = {
  name: 'playground',
  defaultPort: 7110,
  environment: PlaygroundEnvironment,
  module: PlaygroundModule,
};
