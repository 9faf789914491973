/** The end of a text that may be too long to keep. */
export interface Tail {
  text: string;
  /** Line number, from 1, of the first line of `text` in the whole. */
  firstLine: number;
  /** Bytes of the whole. */
  totalBytes: number;
}

/**
 * Reads a stream to its end and keeps at most about `maxBytes` of its end, cut at a line: why something failed stands at the end of
 * a log. Memory stays within twice `maxBytes` however long the stream is. Broken UTF-8 becomes U+FFFD.
 */
export async function tailOf(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Tail> {
  let chunks: Uint8Array[] = [];
  let kept = 0;
  let totalBytes = 0;
  let linesCut = 0;
  let cut = false;
  for await (const chunk of stream) {
    chunks.push(chunk);
    kept += chunk.length;
    totalBytes += chunk.length;
    if (kept <= 2 * maxBytes) continue;
    const all = Buffer.concat(chunks);
    const rest = all.subarray(all.length - maxBytes);
    linesCut += countLines(all.subarray(0, all.length - maxBytes));
    chunks = [Buffer.from(rest)];
    kept = rest.length;
    cut = true;
  }
  let all = Buffer.concat(chunks);
  if (all.length > maxBytes) {
    linesCut += countLines(all.subarray(0, all.length - maxBytes));
    all = all.subarray(all.length - maxBytes);
    cut = true;
  }
  if (cut) {
    // the first line is only a part of one
    const end = all.indexOf(0x0a);
    if (end >= 0) {
      all = all.subarray(end + 1);
      linesCut += 1;
    }
  }
  return { text: new TextDecoder().decode(all), firstLine: linesCut + 1, totalBytes };
}

function countLines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
