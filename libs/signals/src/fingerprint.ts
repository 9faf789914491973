import type { Cause } from '@prunella/contracts';
import { stableId } from '@prunella/core';

/** What differs from run to run, machine to machine and day to day, in the order in which it is taken out. */
const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [
    /\b(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6} {1,2}\d{1,2}\b/g,
    '<day>',
  ],
  [/\b\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '#'],
  [/\[?(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,7}(?![\w:])\]?(?::\d{1,5})?/g, '<ip>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '<ip>'],
  [/\b(?:\d+(?:\.\d+)?(?:ns|µs|us|ms|s|m|h)){2,5}\b/g, '<duration>'],
  [/\b\d+(?:\.\d+)?(?: ?(?:ns|µs|us|ms|s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?))\b/g, '<duration>'],
  // Words with digits in, such as runner names and random suffixes.
  [/\b(?=[a-z0-9_-]{0,60}\d)(?:[a-z0-9]{1,60}[_-]){1,12}[a-z0-9]{1,60}\b/g, '<name>'],
  [/\b0x[0-9a-f]{1,64}\b/g, '#'],
  [/\b(?:sha256:)?(?=[0-9a-f]{0,127}\d)[0-9a-f]{7,128}\b/g, '#'],
  // A path keeps its last part: the file is the same on every machine, the folders are not.
  [/(?<![\w.:/\\-])(?:[a-z]:)?[\\/](?:[^\s\\/:'"()<>,;]{1,200}[\\/]){1,40}/g, ''],
  [/\d+/g, '#'],
  [/\s+/g, ' '],
];

/**
 * An id of the cause that is the same for the same cause on another run, machine, path, port or day.
 *
 * @param texts the decisive lines, most telling first. Without any, the cause alone is the id.
 */
export function fingerprint(cause: Cause, texts: readonly string[]): string {
  return stableId('fp', cause, ...texts.map(normalise));
}

/** A line without what changes from run to run: times, ids, addresses, folders, numbers. */
export function normalise(text: string): string {
  return VARIABLES.reduce(
    (out, [pattern, name]) => out.replace(pattern, name),
    text.slice(0, 2_000).toLowerCase(),
  ).trim();
}
