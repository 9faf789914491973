import { cleanLine } from './lines.ts';

/** What stands in the place of a secret. */
export const GONE = '[redacted]';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const END = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/;
const ENDS = new RegExp(END, 'g');
/** What can stand inside a key with a blank in it; not any `Word: text`, which an error has as well. */
const HEADER = /^(?:Proc-Type|DEK-Info|Key-Info|Content-Domain|Version|Comment|Hash|Charset|MessageID): /;
/** The end of a full line of a key, whatever stands before it. */
const MATERIAL = /[\w+/=-]{40,}$/;
/** The sum at the end of a key of PGP: on a line of its own, behind a line that can be as short. */
const CHECKSUM = /(?:^|\s)=[\w+/]{4}$/;
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
  // What follows the last line end is no line when there is nothing.
  const rest = lines.at(-1) === '' ? lines.splice(-1) : [];
  new PrivateKeys().takeOut(lines);
  return [...lines, ...rest].join('\n');
}

/** The same for a log that comes in parts. */
export class PrivateKeys {
  /** So many more lines may belong to the key that was begun; 0: none was, or it has ended. */
  #left = 0;
  /** What stands before the key on its first line, e.g. the name of a container, and so before each. */
  #before = '';

  /** Whether a key was begun that may go on in the next part. */
  get open(): boolean {
    return this.#left > 0;
  }

  /**
   * Puts `GONE` in the place of lines.
   *
   * @param from the lines before it were read already; they are only taken out when a key turns out to end after them.
   */
  takeOut(lines: string[], from = 0): void {
    for (let at = from; at < lines.length; at += 1) {
      const line = lines[at] as string;
      if (this.#goesOn(line)) lines[at] = GONE;
      else if (BEGIN.test(line)) lines[at] = this.#begin(line);
      else if (END.test(line)) takeOutBefore(lines, at);
    }
  }

  /**
   * How many of the last lines of a part have to be given again with the next part, since a key may end there.
   *
   * @param known so many of the first lines were given again here.
   */
  static uncertain(count: number, lineAt: (index: number) => string, known: number): number {
    if (count === 0) return 0;
    const least = Math.max(0, count - LONGEST);
    let at = count - 2;
    if (at >= least && CHECKSUM.test(cleanLine(lineAt(count - 1)))) at -= 1;
    // Of those given again all but the last were full of key when they were asked for the first time.
    while (at >= least && (at < known - 1 || MATERIAL.test(cleanLine(lineAt(at))))) at -= 1;
    return count - 1 - at;
  }

  #goesOn(line: string): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    if (END.test(line)) {
      this.#left = 0;
      return true;
    }
    if (isMaterial(line, this.#before)) return true;
    this.#left = 0;
    return false;
  }

  #begin(line: string): string {
    const clean = cleanLine(line);
    this.#before = clean.slice(0, Math.max(0, clean.search(BEGIN)));
    const { text, open } = withoutKeysOnLine(line);
    this.#left = open ? LONGEST : 0;
    return text;
  }
}

/** A key on one line (`\n` written out, as in JSON or an environment) ends where its end stands, and what follows it stays. */
function withoutKeysOnLine(line: string): { text: string; open: boolean } {
  let text = '';
  let rest = line;
  for (let begin = BEGIN.exec(rest); begin !== null; begin = BEGIN.exec(rest)) {
    text += `${rest.slice(0, begin.index)}${GONE}`;
    const behind = rest.slice(begin.index + begin[0].length);
    const end = END.exec(behind);
    if (end === null) return { text: text.replace(ENDS, GONE), open: true };
    rest = behind.slice(end.index + end[0].length);
  }
  return { text: `${text}${rest}`.replace(ENDS, GONE), open: false };
}

/** An end without a beginning: the line before it and all that look like a key before that. */
function takeOutBefore(lines: string[], end: number): void {
  const lastFull = CHECKSUM.test(cleanLine(lines[end - 1] ?? '')) ? end - 3 : end - 2;
  lines[end] = GONE;
  for (let at = end - 1; at >= Math.max(0, end - LONGEST); at -= 1) {
    // The last line of a key can be short, the ones before it are full.
    if (at <= lastFull && !MATERIAL.test(cleanLine(lines[at] ?? ''))) return;
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
  const start = before.trimEnd();
  const rest = (clean.startsWith(start) ? clean.slice(start.length) : clean).trim();
  return !/\s/.test(rest) || HEADER.test(rest) || MATERIAL.test(rest);
}
