import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** Nothing that we packed is longer: what claims to be does not come from us. */
const MOST_UNPACKED = 64 * 1024 ** 2;

/** Packs a text; when it is then longer than `maxBytes`, only its end, in whole lines. */
export async function packed(text: string, maxBytes: number): Promise<Uint8Array> {
  for (let rest = text; ; rest = lastHalf(rest)) {
    const bytes = await zip(rest);
    if (bytes.length <= maxBytes || rest === '') return bytes;
  }
}

/** The text that was packed; undefined: this is none. */
export async function unpacked(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return (await unzip(bytes, { maxOutputLength: MOST_UNPACKED })).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Without the first half of its lines; a single line is left out. */
function lastHalf(text: string): string {
  const newline = text.indexOf('\n', Math.floor(text.length / 2));
  return newline < 0 ? '' : text.slice(newline + 1);
}
