import { DEEPEST_JSON, isTooDeep } from '@prunella/contracts';
import { messageOf, ProviderError } from '@prunella/core';
import type { z } from 'zod';

/** Test reports are longer than other answers. */
const MOST_BYTES = 32 * 1024 ** 2;

/**
 * The JSON of an answer that may be long; undefined: it is longer than we take, and what is left is not downloaded.
 *
 * @throws ProviderError (unavailable) when it breaks off, is deeper than we take, is no JSON, or is not as documented.
 */
export async function largeJson<T>(
  body: AsyncIterable<Uint8Array>,
  schema: z.ZodType<T>,
  { provider, what, mostBytes = MOST_BYTES }: { provider: string; what: string; mostBytes?: number },
): Promise<T | undefined> {
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    // leaving the loop cancels the rest of the body
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > mostBytes) return undefined;
      chunks.push(chunk);
    }
    const all = Buffer.concat(chunks);
    if (isTooDeep(all)) {
      throw new ProviderError(
        provider,
        'unavailable',
        `${what}: expected JSON at most ${DEEPEST_JSON} deep, found it deeper`,
      );
    }
    return schema.parse(JSON.parse(all.toString()));
  } catch (error) {
    if (error instanceof ProviderError) throw error;
    const why = messageOf(error).slice(0, 300);
    throw new ProviderError(provider, 'unavailable', `${what}: an answer that is not as documented: ${why}`, {
      cause: error,
    });
  }
}
