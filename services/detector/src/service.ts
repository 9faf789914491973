import { ciSettings } from '@prunella/ci';
import type { ServiceDefinition } from '@prunella/service-kit';
import { DetectorModule } from './detector.module.ts';
import { DetectorEnvironment } from './environment.ts';
import { sources } from './sources/index.ts';

/** The detector, ready to be started: by `main.ts` and by tests. */
export const detector: ServiceDefinition<typeof DetectorEnvironment> = {
  name: 'detector',
  defaultPort: 7101,
  environment: DetectorEnvironment,
  alsoReads: ciSettings,
  module: DetectorModule,
  rawBodies: sources.map(({ path, maxBytes }) => ({ path, limit: maxBytes })),
};
