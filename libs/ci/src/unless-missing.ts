import { ProviderError } from '@prunella/core';

/** What a call of a platform gives; undefined: it is not there. Throws what the call throws otherwise. */
export async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ProviderError && error.problem === 'not-found') return undefined;
    throw error;
  }
}
