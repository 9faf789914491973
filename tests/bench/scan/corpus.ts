import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { seededRandom } from '@prunella/core';

/** Stands in for real logs where none are given. */
const WORDS =
  'Downloading Compiling Building Installing from to at package module test error warning cache node java'.split(' ');

/** Logs in a changed order that is the same in each run; without a folder made up ones. */
export function logsIn(folder: string | undefined): Uint8Array[] {
  const random = seededRandom(7);
  if (folder === undefined) return Array.from({ length: 50 }, () => Buffer.from(madeUp(random)));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:log|txt)(?:\.gz)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return files
    .map((file) => ({ file, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ file }) => (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)));
}

/** Writes so many bytes of logs to a file, from the first again after the last, in whole lines. */
export function writeLog(file: string, logs: readonly Uint8Array[], size: number): void {
  const target = openSync(file, 'w');
  let room = size;
  for (let index = 0; room > 0; index += 1) {
    const log = logs[index % logs.length] as Uint8Array;
    const part = log.subarray(0, log.length <= room ? log.length : log.lastIndexOf(0x0a, room - 1) + 1);
    writeSync(target, part);
    if (part.length < log.length) break;
    writeSync(target, '\n');
    room -= part.length + 1;
  }
  closeSync(target);
}

function madeUp(random: () => number): string {
  const pick = (): string => WORDS[Math.floor(random() * WORDS.length)] as string;
  const line = (): string => {
    const words = Array.from({ length: 3 + Math.floor(random() * 12) }, pick).join(' ');
    return `2026-01-02T03:04:05.${Math.floor(random() * 1e7)}Z ${words} ${Math.floor(random() * 1e6)}`;
  };
  return Array.from({ length: 2_000 }, line).join('\n');
}
