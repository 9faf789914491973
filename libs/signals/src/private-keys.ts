import { cleanLine } from './lines.ts';

/** What stands in the place of a secret. */
export const GONE = '[redacted]';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const MARK = new RegExp(`${BEGIN.source}|${END.source}`);
/** What can stand inside a key with a blank in it; not any `Word: text`, which an error has as well. */
const HEADER = /^(?:Proc-Type|DEK-Info|Key-Info|Content-Domain|Version|Comment|Hash|Charset|MessageID): /;
/** The end of a full line of a key, whatever stands before it. */
const MATERIAL = /[\w+/=-]{40,}$/;
/** A long key, so that a mere mention of one takes no more than this with it. */
const LONGEST = 120;

/**
 * Puts `GONE` in the place of every line that is part of a private key, also where its beginning or its end is cut off.
 * Keeps the number of lines.
 */
export function withoutPrivateKeys(text: string): string {
  // Hardly any text has one, and then all of this would be for nothing.
  if (!text.includes('PRIVATE KEY')) return text;
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (BEGIN.test(line)) at = takeOut(lines, at);
    else if (END.test(line)) takeOutBefore(lines, at);
  }
  return lines.join('\n');
}

/** From the line of the beginning to the end, or to the first line that can't be part of a key; gives the last one. */
function takeOut(lines: string[], first: number): number {
  const line = lines[first] ?? '';
  const clean = cleanLine(line);
  const before = clean.slice(0, Math.max(0, clean.search(BEGIN)));
  lines[first] = `${line.slice(0, line.search(MARK))}${GONE}`;
  // A key on one line (`\n` written out in an environment variable) ends where it began.
  if (END.test(line)) return first;
  for (let at = first + 1; at < lines.length && at <= first + LONGEST; at += 1) {
    const next = lines[at] ?? '';
    if (!END.test(next) && !isMaterial(next, before)) return at - 1;
    lines[at] = GONE;
    if (END.test(next)) return at;
  }
  return Math.min(lines.length - 1, first + LONGEST);
}

/** An end without a beginning: the line before it and all that look like a key before that. */
function takeOutBefore(lines: string[], end: number): void {
  lines[end] = GONE;
  for (let at = end - 1; at >= Math.max(0, end - LONGEST); at -= 1) {
    // The last line of a key can be short, the ones before it are full.
    if (at < end - 1 && !MATERIAL.test(cleanLine(lines[at] ?? ''))) return;
    lines[at] = GONE;
  }
}

/**
 * Says whether a line can be inside a key.
 *
 * @param before what stands before the key on its first line, e.g. the name of a container, and so before each.
 */
function isMaterial(line: string, before: string): boolean {
  const clean = cleanLine(line);
  const rest = (clean.startsWith(before) ? clean.slice(before.length) : clean).trim();
  return !/\s/.test(rest) || HEADER.test(rest) || MATERIAL.test(rest);
}
