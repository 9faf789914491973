/** The end of a text that may be too long to keep. */
export interface Tail {
  text: string;
  /** Line number, from 1, of the first line of `text` in the whole. */
  firstLine: number;
  /** Bytes of the whole. */
  totalBytes: number;
  /** Bytes before `text` that were left out; 0: `text` is the whole. */
  cutBytes: number;
}

const NEWLINE = 0x0a;

/**
 * Reads a stream to its end and keeps at most `maxBytes` of its end, cut at a line: why something failed stands at the end of
 * a log. A single line that is longer keeps its end. Memory stays within three times `maxBytes` and a chunk however long the
 * stream is. Broken UTF-8 becomes U+FFFD.
 */
export async function tailOf(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Tail> {
  let chunks: Uint8Array[] = [];
  let kept = 0;
  let totalBytes = 0;
  let linesCut = 0;

  function shorten(): void {
    const all = Buffer.concat(chunks);
    const from = Math.max(all.length - maxBytes, 0);
    linesCut += countLines(all.subarray(0, from));
    // a copy, so that what was cut can be freed
    chunks = [Buffer.from(all.subarray(from))];
    kept = all.length - from;
  }

  for await (const chunk of stream) {
    chunks.push(chunk);
    kept += chunk.length;
    totalBytes += chunk.length;
    if (kept > 2 * maxBytes) shorten();
  }
  shorten();
  const end = chunks[0] ?? new Uint8Array();
  const whole = end.length === totalBytes ? end : wholeLines(end);
  if (whole.length < end.length && end[end.length - whole.length - 1] === NEWLINE) linesCut += 1;
  return {
    text: new TextDecoder().decode(whole),
    firstLine: linesCut + 1,
    totalBytes,
    cutBytes: totalBytes - whole.length,
  };
}

/** What was left out, for people; undefined: nothing. */
export function cutOf({ firstLine, totalBytes, cutBytes }: Tail): string | undefined {
  if (cutBytes === 0) return undefined;
  return `only the end of the log was read: ${firstLine - 1} lines (${cutBytes} of ${totalBytes} bytes) before it were left out`;
}

/** Without the part of a line at the beginning; when there is nothing but that part, without the part of a character. */
function wholeLines(bytes: Uint8Array): Uint8Array {
  const newline = bytes.indexOf(NEWLINE);
  if (newline >= 0 && newline < bytes.length - 1) return bytes.subarray(newline + 1);
  let start = 0;
  while (start < Math.min(3, bytes.length) && isContinuation(bytes[start])) start += 1;
  return bytes.subarray(start);
}

/** Whether this byte goes on with a UTF-8 character rather than beginning one. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
