import type { Scenario } from '../simulation/scenario.ts';
import { compileError } from './compile-error.ts';
import { databaseRefused } from './database-refused.ts';
import { dockerHubUnavailable } from './docker-hub-unavailable.ts';
import { green } from './green.ts';
import { npmRegistryTimeout } from './npm-registry-timeout.ts';
import { outOfMemory } from './out-of-memory.ts';
import { runnerLost } from './runner-lost.ts';
import { unitTestFailure } from './unit-test-failure.ts';
import { unknown } from './unknown.ts';

/** All that can happen on the playground. */
export const scenarios: readonly Scenario[] = [
  npmRegistryTimeout,
  dockerHubUnavailable,
  databaseRefused,
  runnerLost,
  compileError,
  unitTestFailure,
  outOfMemory,
  unknown,
  green,
];
