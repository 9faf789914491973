import type { Readable } from 'node:stream';
import { messageOf } from '@prunella/core';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';

/** What an archive may hold; what is beyond is not read. */
export interface ZipLimits {
  /** Files and folders of any kind. */
  maxEntries: number;
  /** XML files. */
  maxFiles: number;
  /** Of one of them, unpacked. */
  maxFileBytes: number;
  /** Of all of them together, unpacked. */
  maxBytes: number;
}

export const ZIP_LIMITS: ZipLimits = {
  maxEntries: 10_000,
  maxFiles: 500,
  maxFileBytes: 32 * 1024 ** 2,
  maxBytes: 96 * 1024 ** 2,
};

/** A file of an archive, or why one, or what comes after it, was not read. */
export type ZippedFile = { file: string; bytes: Uint8Array } | { problem: 'too-large' | 'unreadable'; gap: string };

/**
 * The XML files of an archive in memory, in its order, one at a time. Nothing is written anywhere. What an entry says of its own size is checked before it is
 * unpacked, and that it does not unpack to more while it is: a bomb costs no more than the limits. Never throws.
 */
export async function* xmlInZip(archive: Uint8Array, limits: ZipLimits = ZIP_LIMITS): AsyncGenerator<ZippedFile> {
  let zip: ZipFile | undefined;
  try {
    // With `validateEntrySizes` (the default) a stream ends in an error where it is longer or shorter than its entry says.
    zip = await fromBufferPromise(Buffer.from(archive.buffer, archive.byteOffset, archive.length), {
      lazyEntries: true,
      autoClose: false,
    });
    yield* xmlIn(zip, limits);
  } catch (error) {
    yield { problem: 'unreadable', gap: `the archive can't be read: ${messageOf(error).slice(0, 200)}` };
  } finally {
    zip?.close();
  }
}

async function* xmlIn(zip: ZipFile, limits: ZipLimits): AsyncGenerator<ZippedFile> {
  let [entries, files, bytes] = [0, 0, 0];
  for await (const entry of zip.eachEntry()) {
    entries += 1;
    if (entries > limits.maxEntries) {
      yield tooLarge(`expected at most ${limits.maxEntries} entries, found more: the rest is not read`);
      return;
    }
    if (!/\.xml$/i.test(entry.fileName)) continue;
    const { fileName: file, uncompressedSize: size } = entry;
    files += 1;
    if (files > limits.maxFiles) {
      yield tooLarge(`expected at most ${limits.maxFiles} XML files, found more: the rest is not read`);
      return;
    }
    if (bytes + size > limits.maxBytes) {
      yield tooLarge(`expected at most ${limits.maxBytes} bytes of XML, found more: ${file} and the rest is not read`);
      return;
    }
    if (size > limits.maxFileBytes) {
      yield tooLarge(`${file}: expected at most ${limits.maxFileBytes} bytes, found ${size}`);
      continue;
    }
    bytes += size;
    yield await unpacked(zip, entry);
  }
}

async function unpacked(zip: ZipFile, entry: Entry): Promise<ZippedFile> {
  const { fileName: file, uncompressedSize: size } = entry;
  if (entry.isEncrypted()) return { problem: 'unreadable', gap: `${file} is encrypted` };
  try {
    return { file, bytes: await contentOf(await zip.openReadStreamPromise(entry), size) };
  } catch (error) {
    return { problem: 'unreadable', gap: `${file}: ${messageOf(error).slice(0, 200)}` };
  }
}

async function contentOf(stream: Readable, size: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let left = size;
  for await (const chunk of stream) {
    left -= (chunk as Buffer).length;
    // The library says so, too; this is what must not fail.
    if (left < 0) throw new Error(`expected ${size} bytes, found more`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function tooLarge(gap: string): ZippedFile {
  return { problem: 'too-large', gap };
}
