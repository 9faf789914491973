import { createHash, timingSafeEqual } from 'node:crypto';

/** `sha256:` and the hash in hex: what stands for a token where whoever holds it is not to have the token itself (ADR 0052). */
export const TOKEN_HASH = /^sha256:[0-9a-f]{64}$/;

/** Whether a token that was shown is the one that is set, as it is or as TOKEN_HASH. To show the hash is not to have the token. */
export function isSharedToken(shown: string, set: string): boolean {
  if (!TOKEN_HASH.test(set)) return sameSecret(shown, set);
  return sameSecret(`sha256:${createHash('sha256').update(shown).digest('hex')}`, set);
}

/** Whether two secrets are equal, in a time that tells nothing about them. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
