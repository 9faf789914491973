import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ConfigError, messageOf } from '@prunella/core';
import type { LogLines } from '@prunella/diagnosis';
import type { LogScan, LogScanner, ScannedLog } from '@prunella/rules';
import { looksBinary } from '@prunella/signals';
import type { Context } from '../context.ts';

/** Smaller logs are read whole; of larger ones is kept what a scanner keeps. */
const WHOLE_UP_TO = 16 * 1024 ** 2;

/**
 * Reads a log of any size, gzipped or not: UTF-8, or UTF-16 with a byte order mark (as PowerShell writes it). One of more
 * than 16 MiB is read as a stream; its beginning, its end and what stands around the lines that rules match are kept.
 *
 * @param file `-` is standard input.
 * @throws ConfigError that says what is wrong with the file: missing, empty, binary, broken.
 */
export async function readLog(
  context: Pick<Context, 'cwd' | 'stdin'>,
  scanner: LogScanner,
  file: string,
): Promise<ReadLog> {
  const held: Uint8Array[] = [];
  let size = 0;
  let scan: LogScan | undefined;
  try {
    for await (const bytes of unpacked(await bytesOf(context, file))) {
      size += bytes.length;
      if (scan === undefined && size <= WHOLE_UP_TO) held.push(bytes);
      else {
        scan ??= begun(scanner, held.splice(0));
        scan.write(bytes);
      }
    }
  } catch (error) {
    throw new ConfigError(`${file}: ${whyOf(error)}`, { cause: error });
  }
  if (size === 0) throw new ConfigError(`${file}: expected a log, found an empty file`);
  return scan === undefined ? whole(file, Buffer.concat(held)) : kept(file, scan.end());
}

/** A log as the diagnosis takes it. */
type ReadLog = { text: string; firstLine: number } | LogLines;

function begun(scanner: LogScanner, held: readonly Uint8Array[]): LogScan {
  const scan = scanner.begin();
  for (const bytes of held) scan.write(bytes);
  return scan;
}

function whole(file: string, bytes: Buffer): ReadLog {
  const text = decode(bytes);
  refuse(file, { binary: looksBinary(text), blank: text.trim() === '' });
  return { text, firstLine: 1 };
}

function kept(file: string, read: ScannedLog): ReadLog {
  refuse(file, read);
  const { head, around, tail, totalLines } = read;
  const byNumber = new Map([...head, ...around, ...tail].map((line) => [line.line, line]));
  return { lines: [...byNumber.values()].sort((a, b) => a.line - b.line), totalLines };
}

function refuse(file: string, { binary, blank }: Pick<ScannedLog, 'binary' | 'blank'>): void {
  if (binary) throw new ConfigError(`${file}: expected text, found a binary file (unpack it first?)`);
  if (blank) throw new ConfigError(`${file}: expected a log, found only blank lines`);
}

/** Bytes that are no UTF-8 become replacement characters: a log is often cut in the middle of one. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

async function bytesOf({ cwd, stdin }: Pick<Context, 'cwd' | 'stdin'>, file: string): Promise<Readable> {
  if (file === '-') return Readable.from([await stdin()]);
  return createReadStream(resolve(cwd, file), { highWaterMark: 256 * 1024 });
}

/** What is gzipped is unpacked on the way; the first two bytes tell. */
async function* unpacked(bytes: Readable): AsyncGenerator<Uint8Array> {
  const chunks = bytes[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await chunks.next();
  if (first.done) return;
  const all = (async function* () {
    yield first.value;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  const isGzipped = first.value[0] === 0x1f && first.value[1] === 0x8b;
  // The iteration below sees the error too; without a callback it would end the process.
  yield* isGzipped ? pipeline(Readable.from(all), createGunzip(), () => undefined) : all;
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'expected a file, found a folder',
  EACCES: 'may not be read by this user',
  Z_DATA_ERROR: 'expected a whole gzip file, found a broken one',
  Z_BUF_ERROR: 'expected a whole gzip file, found its end too early',
};

function whyOf(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return WHY[code] ?? messageOf(error);
}
