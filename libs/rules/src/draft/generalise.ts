import { isErrorLike, isExitMarker } from '@prunella/signals';
import { GREEN_LINES } from '../lint/green-lines.ts';
import { compilePattern } from '../pattern.ts';
import { type Template, templateOf } from './template.ts';

/** A pattern for lines that say the same thing. */
export interface Generalised {
  /** RE2. Matches every line that it was made of. */
  pattern: string;
  /** How a person would write it down: what varies is `…`. */
  reads: string;
  /** Letters of text that is the same in every line. */
  letters: number;
}

/** Text of this length has to stand in every line that matches: shorter text is in too many lines. */
const LEAST_LITERAL = 8;
/** In that text there have to be so many letters: a ruler of dashes says nothing. */
const LEAST_LETTERS = 5;
/** Longer patterns end before. */
const LONGEST_PATTERN = 700;
/** RE2 takes no bound above it. */
const MOST_REPEATED = 1_000;

/**
 * Writes a pattern that matches all given lines: what they share stays, what differs or looks like a number, an id, a
 * time or a folder becomes a bounded class. Undefined: they have too little in common, or it does not speak of an error.
 */
export function generalise(lines: readonly string[]): Generalised | undefined {
  const template = withoutIslands(templateOf(lines.map((line) => line.trim())));
  const pieces = piecesOf(template);
  if (pieces === undefined) return undefined;
  const longest = Math.max(0, ...pieces.map(({ literal }) => (isTelling(literal) ? literal.length : 0)));
  if (longest < LEAST_LITERAL) return undefined;
  const plain = pieces.map(({ literal, stand }) => literal + stand).join('');
  if (!isErrorLike({ line: 1, text: plain }) || isExitMarker({ line: 1, text: plain })) return undefined;
  const pattern = patternOf(template, pieces, lines.length > 1);
  const { test } = compilePattern(pattern);
  if (!lines.every((line) => test(line)) || [...GREEN_LINES, zeroed(plain)].some(test)) return undefined;
  return { pattern, reads: readsOf(pieces), letters: plain.replaceAll(/[^\p{L}]/gu, '').length };
}

/** A zero in the place of every number is not an error any more: undefined where it still is. */
function zeroed(plain: string): string {
  const text = plain.replaceAll(/\d+/g, '0');
  return isErrorLike({ line: 1, text }) ? '' : text;
}

/** A piece of a pattern: some text, then what varies after it. */
interface Piece {
  literal: string;
  /** RE2 for what comes after the text; empty: nothing. */
  gap: string;
  /** Something that matches it. */
  stand: string;
}

function piecesOf({ constants, gaps }: Template): Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const [index, values] of gaps.entries()) {
    const gap = gapOf(values);
    if (gap === undefined) return undefined;
    pieces.push({ literal: index === 0 ? '' : (constants[index - 1] ?? ''), gap, stand: values[0] ?? '' });
  }
  return pieces;
}

function patternOf({ sameCase }: Template, pieces: readonly Piece[], agreed: boolean): string {
  const [head, ...rest] = pieces;
  // What stands before the first text that all lines share, and after the last one, is not asked for.
  let pattern = `${sameCase ? '' : '(?i)'}${head?.gap === '' ? '^\\s*' : ''}`;
  for (const [index, { literal, gap }] of rest.entries()) {
    const isLast = index === rest.length - 1;
    const next = escaped(literal) + (isLast ? '' : gap);
    if (pattern.length + next.length > LONGEST_PATTERN && index > 0) return pattern;
    pattern += next;
    // One line alone can't say that nothing ever comes after it.
    if (isLast && gap === '' && agreed) pattern += '$';
  }
  return pattern;
}

/** The narrowest class that holds all values and is still wide enough for the next one; undefined: they are too long. */
function gapOf(values: readonly string[]): string | undefined {
  const longest = Math.max(0, ...values.map((value) => value.length));
  if (longest === 0) return '';
  const filled = values.filter((value) => value !== '');
  const [, symbols, usual] = CLASSES.find(([holds]) => filled.every((value) => holds.test(value))) ?? ANYTHING;
  const most = Math.max(usual, longest);
  if (most > MOST_REPEATED) return undefined;
  const least = filled.length < values.length ? 0 : 1;
  if (symbols === COUNT && least === 1) return `[1-9]\\d{0,${usual}}`;
  return `${symbols === COUNT ? '\\d' : symbols}{${least},${most}}`;
}

/** Counts of what went wrong: 0 of them is another line. */
const COUNT = 'count';
const ANYTHING = [/./, '.', 400] as const;
const CLASSES: readonly (readonly [holds: RegExp, symbols: string, usual: number])[] = [
  [/^[1-9]\d{0,19}$/, COUNT, 19],
  [/^\d+$/, '\\d', 40],
  [/^[\d.,:]+$/, '[\\d.,:]', 60],
  [/^(?=.*\d)[0-9A-Fa-f-]{4,}$/, '[0-9A-Fa-f-]', 128],
  [/^\s+$/, '\\s', 40],
  [/^[\w.-]+$/, '[\\w.-]', 200],
  [/^\S+$/, '\\S', 300],
  ANYTHING,
];

/** A blank or a dot between two things that vary is no text to hold on to. */
function withoutIslands({ constants, gaps, sameCase }: Template): Template {
  const kept: string[] = [];
  const wider: string[][] = [[...(gaps[0] ?? [])]];
  for (const [index, constant] of constants.entries()) {
    const after = gaps[index + 1] ?? [];
    const before = wider.at(-1) ?? [];
    const isIsland = constant.length <= 2 && !/\p{L}/u.test(constant) && isFilled(before) && isFilled(after);
    if (isIsland) wider[wider.length - 1] = before.map((text, line) => text + constant + (after[line] ?? ''));
    else {
      kept.push(constant);
      wider.push([...after]);
    }
  }
  return { constants: kept, gaps: wider, sameCase };
}

function isFilled(gap: readonly string[]): boolean {
  return gap.some((text) => text !== '');
}

function isTelling(literal: string): boolean {
  return literal.replaceAll(/[^\p{L}]/gu, '').length >= LEAST_LETTERS;
}

function readsOf(pieces: readonly Piece[]): string {
  return pieces.map(({ literal, gap }) => literal + (gap === '' ? '' : '…')).join('');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
