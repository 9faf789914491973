import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { PastEvent } from '@prunella/backtest';
import { ConfigError, messageOf } from '@prunella/core';
import type { Context } from '../context.ts';
import { HistoryError, pastEvent } from './events.ts';

/** How far a source is read: 0..1. */
export type Share = { value: number };

const LONGEST_LINE = 4 * 1024 ** 2;

/**
 * The events of files, one CloudEvent a line, merged by time. Each file is in the order of time.
 *
 * @throws ConfigError when a file can't be read, HistoryError naming file and line.
 */
export async function* fromFiles(
  { cwd }: Pick<Context, 'cwd'>,
  files: readonly string[],
  share: Share,
): AsyncGenerator<PastEvent> {
  const read = { bytes: 0, all: 0 };
  for (const file of files) read.all += await sizeOf(cwd, file);
  const heads: { event: PastEvent; rest: AsyncGenerator<PastEvent> }[] = [];
  for (const file of files) {
    const rest = linesOf(cwd, file, (bytes) => {
      read.bytes += bytes;
      share.value = read.all === 0 ? 1 : read.bytes / read.all;
    });
    const first = await rest.next();
    if (!first.done) heads.push({ event: first.value, rest });
  }
  while (heads.length > 0) {
    const least = heads.reduce((a, b) => (b.event.at < a.event.at ? b : a));
    yield least.event;
    const next = await least.rest.next();
    if (next.done) heads.splice(heads.indexOf(least), 1);
    else least.event = next.value;
  }
}

async function sizeOf(cwd: string, file: string): Promise<number> {
  try {
    return (await stat(resolve(cwd, file))).size;
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function* linesOf(cwd: string, file: string, onBytes: (bytes: number) => void): AsyncGenerator<PastEvent> {
  const stream = createReadStream(resolve(cwd, file));
  let number = 0;
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      onBytes(Buffer.byteLength(line) + 1);
      if (line.trim() === '') continue;
      const event = pastEvent(jsonOf(line, `${file}:${number}`), `${file}:${number}`);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    throw error instanceof HistoryError ? error : unreadable(file, error);
  } finally {
    stream.destroy();
  }
}

function jsonOf(line: string, place: string): unknown {
  if (line.length > LONGEST_LINE)
    throw new HistoryError(`${place}: expected at most ${LONGEST_LINE} characters in a line`);
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new HistoryError(`${place}: expected a JSON object in a line: ${messageOf(error)}`, { cause: error });
  }
}

function unreadable(file: string, error: unknown): ConfigError {
  return new ConfigError(`expected a file of events, found ${file}: ${messageOf(error)}`, { cause: error });
}
