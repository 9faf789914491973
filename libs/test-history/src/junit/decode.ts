import { JunitError } from './junit-error.ts';

/** The declaration stands in the first bytes, and is ASCII in all encodings but UTF-16, which has a mark of its own. */
const DECLARATION = 200;
const ENCODING = /^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/;
/** What XML 1.0 has no place for; runners write it all the same, colours of terminals above all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const REFERENCE = /&#(?:[xX](?<hex>[0-9a-fA-F]{1,8})|(?<decimal>\d{1,10}));/g;

/**
 * The text of a report: by its byte order mark, else by the encoding that it declares, else UTF-8. Characters that XML forbids, as such or as references, become U+FFFD.
 *
 * @throws JunitError for an encoding that nobody knows.
 */
export function decodeXml(bytes: Uint8Array): string {
  const text = decoderOf(bytes).decode(bytes).toWellFormed();
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = endOfPiece(text, from + PIECE);
    pieces.push(withoutForbidden(text.slice(from, to)));
    from = to;
  }
  return pieces.join('');
}

/** Replaced piece by piece: each match costs some hundred bytes until its text is done, and a report may hold millions. */
const PIECE = 1024 ** 2;
const LONGEST_REFERENCE = 14;

/** Not in the middle of a reference. */
function endOfPiece(text: string, end: number): number {
  const reference = text.lastIndexOf('&', end);
  return reference > end - LONGEST_REFERENCE ? reference : end;
}

function withoutForbidden(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replace(REFERENCE, (reference: string, hex: string | undefined, decimal: string | undefined) =>
      isAllowed(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) ? reference : '\ufffd',
    );
}

function decoderOf(bytes: Uint8Array): InstanceType<typeof TextDecoder> {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be');
  const declared = ENCODING.exec(new TextDecoder('latin1').decode(bytes.subarray(0, DECLARATION)))?.[1] ?? 'utf-8';
  // A text that can be read up to here is none of the two, whatever it says of itself.
  const label = /^utf-?16/i.test(declared) ? 'utf-8' : declared;
  try {
    return new TextDecoder(label);
  } catch (error) {
    throw new JunitError(1, `expected an encoding such as UTF-8, found ${declared}`, { cause: error });
  }
}

function isAllowed(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
