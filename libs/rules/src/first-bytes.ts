/** A set of bytes: a bit for each of ASCII, and one for all others. */
export type Bytes = bigint;

const ASCII = 128;
const BITS: readonly Bytes[] = Array.from({ length: ASCII + 1 }, (_, code) => 1n << BigInt(code));
export const NO_BYTE: Bytes = 0n;
export const EVERY_BYTE: Bytes = (1n << BigInt(ASCII + 1)) - 1n;
const OTHERS: Bytes = 1n << BigInt(ASCII);
/** What RE2 and we take for blank, and a few more. */
export const BLANK: Bytes = setOf((letter) => /\s/.test(letter));

// Few are different.
const classes = new Map<string, Bytes>();
const tables = new Map<Bytes, Uint8Array>();

/** What a letter is, small or large. */
export function bytesOf(letter: string): Bytes {
  const code = letter.charCodeAt(0);
  if (letter === '') return NO_BYTE;
  if (code >= ASCII) return OTHERS;
  return bitOf(letter.toLowerCase().charCodeAt(0)) | bitOf(letter.toUpperCase().charCodeAt(0));
}

/** What a class such as `[^a-z\d]` or `\S` can match, small or large: at least that. */
export function bytesOfClass(source: string): Bytes {
  const known = classes.get(source) ?? readClass(source);
  classes.set(source, known);
  return known;
}

/** Whether the set has this byte. */
export function hasByte(bytes: Uint8Array, byte: number): boolean {
  return bytes[Math.min(byte, ASCII)] === 1;
}

/** A set to look bytes up in. */
export function tableOf(bytes: Bytes): Uint8Array {
  const table =
    tables.get(bytes) ?? Uint8Array.from({ length: ASCII + 1 }, (_, code) => Number((bytes & bitOf(code)) !== 0n));
  tables.set(bytes, table);
  return table;
}

function readClass(source: string): Bytes {
  // Only what means the same to us as to RE2.
  if (/\[:|\\(?![dDsSwWtnrfv\]\\^.*+?()[{}|/$,:;<>=!@#%&~'"` -])/.test(source)) return EVERY_BYTE;
  try {
    // `[^a]` is more than `(?i)[^a]`, `[a]` less.
    const [exact, folded] = [new RegExp(source), new RegExp(source, 'i')];
    return setOf((letter) => exact.test(letter) || folded.test(letter)) | OTHERS;
  } catch {
    return EVERY_BYTE;
  }
}

function setOf(has: (letter: string) => boolean): Bytes {
  let set = 0n;
  for (let code = 0; code < ASCII; code += 1) if (has(String.fromCharCode(code))) set |= bitOf(code);
  return set;
}

function bitOf(code: number): Bytes {
  return BITS[code] as Bytes;
}
