import { messageOf, ProviderError } from '@prunella/core';
import { type Tail, tailOf } from '@prunella/http';
import type { JenkinsClient } from './client.ts';
import { type BuildId, buildAddress } from './ids.ts';

/** The end of what a build wrote. Throws ProviderError. */
export async function textOf(client: JenkinsClient, id: BuildId, maxBytes: number, signal: AbortSignal): Promise<Tail> {
  const path = `${buildAddress(id)}/consoleText`;
  const { body } = await client.page(path, signal);
  try {
    return await tailOf(body ?? nothing(), maxBytes);
  } catch (error) {
    throw new ProviderError('jenkins', 'unavailable', `${path}: the text broke off: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
