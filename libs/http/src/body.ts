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

/** Longer answers are not read, unless it says so. */
const MOST_BYTES = 8 * 1024 ** 2;

/**
 * The JSON value of an answer.
 *
 * @throws ProviderError (unavailable) when it is longer than `maxBytes`, breaks off, is deeper than we take, or is no JSON.
 */
export async function jsonOf(response: Response, provider: string, maxBytes = MOST_BYTES): Promise<unknown> {
  const bytes = await jsonBytesOf(response, provider, maxBytes);
  try {
    return JSON.parse(textOf(bytes)) as unknown;
  } catch (error) {
    throw unreadable(response, provider, `expected JSON: ${messageOf(error)}`, error);
  }
}

/**
 * The bytes of an answer that somebody else parses as JSON: neither too many nor too deep for that, JSON or not.
 *
 * @throws ProviderError (unavailable) when they are, or break off.
 */
export async function jsonBytesOf(response: Response, provider: string, maxBytes = MOST_BYTES): Promise<Buffer> {
  const { bytes, more } = await bounded(response, maxBytes).catch((error: unknown) => {
    throw unreadable(response, provider, `the answer broke off: ${messageOf(error)}`, error);
  });
  if (more) throw unreadable(response, provider, `expected at most ${maxBytes} bytes, found more`);
  if (isTooDeep(bytes))
    throw unreadable(response, provider, `expected JSON at most ${DEEPEST_JSON} deep, found it deeper`);
  return bytes;
}

/** Without a byte order mark. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function unreadable({ url }: Response, provider: string, why: string, cause?: unknown): ProviderError {
  return new ProviderError(provider, 'unavailable', `${new URL(url).pathname}: ${why}`, { cause });
}
