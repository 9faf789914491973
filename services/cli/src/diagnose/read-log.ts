import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ConfigError, messageOf } from '@prunella/core';
import { looksBinary } from '@prunella/signals';
import type { Context } from '../context.ts';

/** Longer texts do not fit into one string. */
const MOST_BYTES = 500_000_000;

/**
 * Reads a log: UTF-8, or UTF-16 with a byte order mark (as PowerShell writes it). `-` is standard input.
 *
 * @throws ConfigError that says what is wrong with the file: missing, empty, binary, too large.
 */
export async function readLog(context: Pick<Context, 'cwd' | 'stdin'>, file: string): Promise<string> {
  const bytes = await bytesOf(context, file);
  if (bytes.length === 0) throw new ConfigError(`${file}: expected a log, found an empty file`);
  if (bytes.length > MOST_BYTES) {
    throw new ConfigError(
      `${file}: expected at most ${MOST_BYTES} bytes, found ${bytes.length}: cut it, e.g. tail -c 100M`,
    );
  }
  const text = decode(bytes);
  if (looksBinary(text)) throw new ConfigError(`${file}: expected text, found a binary file (unpack it first?)`);
  if (text.trim() === '') throw new ConfigError(`${file}: expected a log, found only blank lines`);
  return text;
}

async function bytesOf(context: Pick<Context, 'cwd' | 'stdin'>, file: string): Promise<Buffer> {
  const bytes = await storedBytesOf(context, file);
  return isGzipped(bytes) ? unpacked(file, bytes) : bytes;
}

function isGzipped(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpacked(file: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    throw new ConfigError(`${file}: expected a whole gzip file: ${messageOf(error)}`, { cause: error });
  }
}

async function storedBytesOf(context: Pick<Context, 'cwd' | 'stdin'>, file: string): Promise<Buffer> {
  if (file === '-') return await context.stdin();
  try {
    return await readFile(resolve(context.cwd, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = WHY[code ?? ''] ?? messageOf(error);
    throw new ConfigError(`${file}: ${why}`, { cause: error });
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'expected a file, found a folder',
  EACCES: 'may not be read by this user',
};

/** Bytes that are no UTF-8 become replacement characters: a log is often cut in the middle of one. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}
