import { seededRandom } from '@prunella/core';

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();

/** What the characters of a secret are taken from. */
export const ALPHABETS = {
  digits: DIGITS,
  hex: `${DIGITS}abcdef`,
  lower: `${LOWER}${DIGITS}`,
  upper: `${UPPER}${DIGITS}`,
  /** RFC 4648, base32. */
  base32: `${UPPER}234567`,
  /** The fourth character of a seed of NATS: one bit of its prefix, which is 0, and four of the key. */
  nkey: UPPER.slice(0, 16),
  /** Of BIP 173, in capitals: what keys of age are written in. */
  bech32: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
  letters: `${UPPER}${LOWER}`,
  word: `${UPPER}${LOWER}${DIGITS}`,
  url: `${UPPER}${LOWER}${DIGITS}-_`,
  base64: `${UPPER}${LOWER}${DIGITS}+/`,
} as const;
export type Alphabet = keyof typeof ALPHABETS;

export type Make = (alphabet: Alphabet, length: number) => string;

/**
 * Makes up characters, the same in each run for the same seed. What comes of it opens nothing; it stands in no file, so that no scanner of secrets
 * stumbles over the repository.
 */
export function maker(seed: number): Make {
  const random = seededRandom(seed);
  return (alphabet, length) => {
    const letters = ALPHABETS[alphabet];
    return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
  };
}

export function base64Of(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

export function base64UrlOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}
