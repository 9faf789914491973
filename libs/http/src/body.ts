import { DEEPEST_JSON, isTooDeep } from '@prunella/contracts';
import { messageOf, ProviderError } from '@prunella/core';

/** The beginning of a body, and whether there was more. What is left is not downloaded. */
export async function bounded(response: Response, maxBytes: number): Promise<{ bytes: Buffer; more: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // leaving the loop cancels the rest of the body
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) break;
  }
  const all = Buffer.concat(chunks);
  return { bytes: all.subarray(0, maxBytes), more: all.length > maxBytes };
}

/**
 * The JSON value of an answer.
 *
 * @throws ProviderError (unavailable) when it is longer than `maxBytes`, breaks off, is deeper than we take, or is no JSON.
 */
export async function jsonOf(response: Response, provider: string, maxBytes = 8 * 1024 ** 2): Promise<unknown> {
  const { pathname } = new URL(response.url);
  const { bytes, more } = await bounded(response, maxBytes).catch((error: unknown) => {
    throw new ProviderError(provider, 'unavailable', `${pathname}: the answer broke off: ${messageOf(error)}`, {
      cause: error,
    });
  });
  if (more) {
    throw new ProviderError(provider, 'unavailable', `${pathname}: expected at most ${maxBytes} bytes, found more`);
  }
  if (isTooDeep(bytes)) {
    throw new ProviderError(provider, 'unavailable', `${pathname}: expected JSON at most ${DEEPEST_JSON} deep`);
  }
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch (error) {
    throw new ProviderError(provider, 'unavailable', `${pathname}: expected JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Without a byte order mark. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
