import type { ServiceDefinition } from '@prunella/service-kit';
import { RemediatorEnvironment } from './environment.ts';
import { RemediatorModule } from './remediator.module.ts';

/** The remediator: decides by policy and carries out; the only one that changes anything outside. */
export const service: ServiceDefinition<typeof RemediatorEnvironment> = {
  name: 'remediator',
  defaultPort: 7103,
  environment: RemediatorEnvironment,
  module: RemediatorModule,
};
