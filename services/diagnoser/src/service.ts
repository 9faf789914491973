import { ciSettings } from '@prunella/ci';
import type { ServiceDefinition } from '@prunella/service-kit';
import { DiagnoserModule } from './diagnoser.module.ts';
import { DiagnoserEnvironment } from './environment.ts';

/** Largest log that is diagnosed on demand. */
const MOST_BYTES = 25 * 1024 ** 2;
/** Largest pack of rules that is tried, twice the longest that we ship: that no key is there twice is found by comparing each with each. */
const MOST_PACK_BYTES = 128 * 1024;

/** The diagnoser, ready to be started: by `main.ts` and by tests. */
export const diagnoser: ServiceDefinition<typeof DiagnoserEnvironment> = {
  name: 'diagnoser',
  defaultPort: 7102,
  environment: DiagnoserEnvironment,
  alsoReads: ciSettings,
  module: DiagnoserModule,
  rawBodies: [
    { path: '/v1/diagnose', limit: MOST_BYTES },
    { path: '/v1/rules/try', limit: MOST_PACK_BYTES },
  ],
};
