import type { CiPlatform } from '../platform.ts';
import { playgroundReader } from './reader.ts';
import { playgroundWriter } from './writer.ts';

/** PLAYGROUND_URL: the simulated platform. */
export function playground(environment: NodeJS.ProcessEnv): CiPlatform | undefined {
  const url = environment['PLAYGROUND_URL']?.replace(/\/+$/, '');
  return url ? { id: 'playground', reader: playgroundReader(url), writer: playgroundWriter(url) } : undefined;
}
