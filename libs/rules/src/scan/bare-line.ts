import { MAX_LINE } from '@prunella/signals';

const TAB = 0x09;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const CAPITAL_Z = 0x5a;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const SMALL_S = 0x73;
const SMALL_T = 0x74;
const BAR = 0x7c;

/** Stands for any digit. */
const DIGIT = 0x30;
const STAMP = formOf('0000-00-00T00:00:00');
const CLOCK = formOf('00:00:00');
const TASK = formOf('[task ');
const SECTION = formOf('section_');
const TRAVIS = formOf('travis_');
const LEVELS = ['INFO - ', 'DEBUG - ', 'WARNING - ', 'ERROR - ', 'CRITICAL - ', 'FATAL - '].map(formOf);

const MOST_DECIMALS = 9;
const CLOCK_DECIMALS = 3;
const LEVEL_INDENT = 6;
/** A name before a tab and a time stamp is no longer. */
const LONGEST_NAME = 200;
/** Neither is a mark in brackets. */
const LONGEST_MARK = 140;
/** Of a line that is cut a last word goes that is no longer. */
const LONGEST_CUT_WORD = 300;

/** Where the bytes of a line are that its cleaned text would have; set by `bareLine`. */
export interface Range {
  from: number;
  end: number;
}

/**
 * Finds what `cleanLine` leaves of a line in its bytes, without making a text of it, where that is sure: in lines of ASCII
 * that begin with no mark of a CI system but the most frequent ones, which are GitHub's and Taskcluster's. False: only
 * cleaning tells.
 *
 * @param bytes without colours and control characters, but with what stands in front.
 */
export function bareLine(bytes: Uint8Array, from: number, to: number, range: Range): boolean {
  let end = to;
  while (end > from && isBlank(bytes[end - 1] as number)) end -= 1;
  const shown = afterReturns(bytes, from, end);
  const start = afterMarks(bytes, shown, to);
  if (start === undefined || mayHaveMark(bytes, start, end)) return false;
  range.from = start;
  range.end = Math.max(start, end);
  // Of this length it depends on the blanks that follow whether it is cut.
  if (end - start === MAX_LINE) return false;
  if (end - start > MAX_LINE) range.end = endOfCut(bytes, start);
  return isAscii(bytes, shown, Math.min(end, start + MAX_LINE + 1));
}

/** Where the last state of a progress bar begins. */
function afterReturns(bytes: Uint8Array, from: number, end: number): number {
  for (let at = end - 1; at >= from; at -= 1) if (bytes[at] === CARRIAGE_RETURN) return at + 1;
  return from;
}

/** Where a line ends that is too long: before the word in which it would be cut, if that is no longer than cleaning looks. */
function endOfCut(bytes: Uint8Array, start: number): number {
  const limit = start + MAX_LINE;
  let end = limit;
  while (end > start && !isBlank(bytes[end - 1] as number)) end -= 1;
  if (limit - end > LONGEST_CUT_WORD) return limit;
  while (end > start && isBlank(bytes[end - 1] as number)) end -= 1;
  return end;
}

function isAscii(bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) if ((bytes[at] as number) >= 0x80) return false;
  return true;
}

/** In a line without control characters. */
function isBlank(byte: number): boolean {
  return byte <= SPACE;
}

/** Where the text begins behind the most frequent marks, in the order in which cleaning takes them away; undefined: not sure. */
function afterMarks(bytes: Uint8Array, from: number, end: number): number | undefined {
  let start = afterStamp(bytes, from, end);
  if (start !== undefined && stands(TASK, bytes, start, end)) start = afterTask(bytes, start, end);
  if (start !== undefined && stands(CLOCK, bytes, start, end)) start = afterClock(bytes, start, end);
  return start === undefined ? undefined : afterLevel(bytes, start, end);
}

/** Behind `2026-01-02T03:04:05.1234567Z `. */
function afterStamp(bytes: Uint8Array, from: number, end: number): number | undefined {
  if (!stands(STAMP, bytes, from, end)) return from;
  const at = afterZone(bytes, from, end);
  if (at === undefined || at === end) return at;
  if (bytes[at] !== SPACE) return undefined;
  // Another node's name (Zuul) or the stream (GitLab) may follow.
  return bytes[at + 1] === BAR || isDigit(bytes[at + 1] as number) ? undefined : at + 1;
}

/** Behind `[task 2026-01-02T03:04:05.123Z] `. */
function afterTask(bytes: Uint8Array, from: number, end: number): number | undefined {
  const stamp = from + TASK.length;
  if (!stands(STAMP, bytes, stamp, end)) return undefined;
  const at = afterZone(bytes, stamp, end);
  if (at === undefined || bytes[at] !== CLOSE || at >= end) return undefined;
  return bytes[at + 1] === SPACE && at + 1 < end ? at + 2 : at + 1;
}

/** Behind the stamp's decimals and its `Z`; undefined: it is written in another way. */
function afterZone(bytes: Uint8Array, stamp: number, end: number): number | undefined {
  let at = stamp + STAMP.length;
  if (bytes[at] === DOT) {
    const dot = at;
    do at += 1;
    while (at < end && isDigit(bytes[at] as number));
    if (at === dot + 1 || at > dot + 1 + MOST_DECIMALS) return undefined;
  }
  return bytes[at] === CAPITAL_Z && at < end ? at + 1 : undefined;
}

/** Behind `03:04:05 ` and what Mozharness writes then. */
function afterClock(bytes: Uint8Array, from: number, end: number): number | undefined {
  let at = from + CLOCK.length;
  if (bytes[at] === DOT) at += 1 + CLOCK_DECIMALS;
  if (bytes[at] !== SPACE || at >= end) return undefined;
  at += 1;
  return bytes[at] === SPACE && at < end ? at + 1 : at;
}

/** Behind `     INFO - `. */
function afterLevel(bytes: Uint8Array, from: number, end: number): number | undefined {
  let at = from;
  while (at < end && at < from + LEVEL_INDENT && bytes[at] === SPACE) at += 1;
  for (const level of LEVELS) {
    if (!stands(level, bytes, at, end)) continue;
    const text = at + level.length;
    return bytes[text] === SPACE && text < end ? text + 1 : text;
  }
  return from;
}

/** Whether one of the marks that cleaning takes away could stand here. */
function mayHaveMark(bytes: Uint8Array, from: number, end: number): boolean {
  return from < end && (mayBeginMark(bytes, from, end) || mayHaveColumns(bytes, from, end));
}

function mayBeginMark(bytes: Uint8Array, from: number, end: number): boolean {
  const first = bytes[from] as number;
  const next = bytes[from + 1] as number;
  switch (first) {
    case OPEN:
      return mayBeMark(bytes, from, end);
    case HASH:
      return next === HASH || isDigit(next);
    case COLON:
      return next === COLON;
    case SMALL_S:
      return stands(SECTION, bytes, from, end);
    case SMALL_T:
      return stands(TRAVIS, bytes, from, end);
    default:
      return isDigit(first) && (bytes[from + 2] === COLON || bytes[from + 4] === DASH);
  }
}

/** Marks in brackets end with a number, a stamp or seconds. */
function mayBeMark(bytes: Uint8Array, from: number, end: number): boolean {
  const last = Math.min(end, from + LONGEST_MARK);
  for (let at = from + 1; at < last; at += 1) {
    if (bytes[at] !== CLOSE) continue;
    const before = bytes[at - 1] as number;
    return isDigit(before) || before === CAPITAL_Z || before === SMALL_S;
  }
  return false;
}

/** Two names with tabs, then a digit. */
function mayHaveColumns(bytes: Uint8Array, from: number, end: number): boolean {
  const first = tabAfter(bytes, from, end);
  if (first === -1) return false;
  const second = tabAfter(bytes, first + 1, end);
  return second !== -1 && second + 1 < end && isDigit(bytes[second + 1] as number);
}

function tabAfter(bytes: Uint8Array, from: number, end: number): number {
  const last = Math.min(end, from + LONGEST_NAME + 1);
  for (let at = from; at < last; at += 1) if (bytes[at] === TAB) return at;
  return -1;
}

function formOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function stands(form: Uint8Array, bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < form.length) return false;
  for (let index = 0; index < form.length; index += 1) {
    const byte = bytes[at + index] as number;
    if (form[index] === DIGIT ? !isDigit(byte) : byte !== form[index]) return false;
  }
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
