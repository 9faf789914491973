import type { CiPlatform } from '../platform.ts';
import { playgroundReader } from './reader.ts';
import { playgroundRerun } from './rerun.ts';

/** PLAYGROUND_URL: the simulated platform. */
export function playground(environment: NodeJS.ProcessEnv): CiPlatform | undefined {
  const url = environment['PLAYGROUND_URL']?.replace(/\/+$/, '');
  return url ? { id: 'playground', reader: playgroundReader(url), rerun: playgroundRerun(url) } : undefined;
}
