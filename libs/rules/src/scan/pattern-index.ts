import { hasByte, tableOf } from '../first-bytes.ts';
import { factsOf, type PatternFacts } from '../literals.ts';
import { textRarity } from './common-words.ts';
import { FOLDED, foldedBytes, GramFilter, standsAt } from './gram-filter.ts';

/** So many more lists of literals are asked for before a pattern is tried. */
const MORE_LISTS = 3;
/** Lists with more literals than this are asked for last. */
const LARGEST_MORE = 4;
/** Literals with fewer letters are found by three bytes. */
const SHORT = 5;
/** So much of a beginning tells enough. */
const LONGEST_BEGINNING = 12;
const FIND_COST = 50;

/** Calls for each literal once for each line it stands in, by line in ascending order. */
export type OnLiteral = (line: number, literal: number) => void;

/** Bytes in which literals are looked for, with lines. */
export interface LiteralText {
  words: Int32Array;
  /** The same memory. */
  bytes: Uint8Array;
  length: number;
  /** Where each line begins, then where the last one ends. */
  starts: Int32Array;
}

/**
 * Says which patterns can match a line, by literals of which each pattern needs one: the rarest list of each is looked
 * for in whole blocks, its others then only in the lines where one of those stands.
 */
export class PatternIndex {
  /** Numbers of the patterns by the number of a literal; none for those asked for by name. */
  readonly patternsOf: readonly (readonly number[])[];
  readonly #beginnings: readonly (readonly Beginning[] | undefined)[];
  readonly #firsts: readonly (Uint8Array | undefined)[];
  /** Lists with many literals, as one expression each; it is made when it is first used. */
  readonly #largeLists: readonly (readonly (() => RegExp)[])[];
  readonly #others: readonly (readonly AnyLiteral[])[];
  readonly #filter: GramFilter;
  readonly #numbers: ReadonlyMap<string, number>;
  /** The last line in which a literal was seen. */
  readonly #seen: Int32Array;

  /**
   * @param sources the patterns, by their numbers.
   * @param extra literals that belong to no pattern, in small letters; `numberOf` tells their numbers.
   * @throws RangeError when a pattern needs no literal; the reader of packs lets no such one through.
   */
  constructor(sources: readonly string[], extra: readonly string[] = []) {
    const facts = sources.map(factsOf);
    const lists = facts.map(({ needs }, pattern) => listsOf(needs, sources[pattern]));
    const numbers = new Map<string, number>();
    const patternsOf: number[][] = [];
    const numberOf = (literal: string): number => {
      const number = numbers.get(literal) ?? numbers.size;
      numbers.set(literal, number);
      patternsOf[number] ??= [];
      return number;
    };
    for (const [pattern, [first = []]] of lists.entries()) {
      for (const literal of first) patternsOf[numberOf(literal)]?.push(pattern);
    }
    for (const literal of extra) numberOf(literal);
    this.patternsOf = patternsOf;
    this.#numbers = numbers;
    this.#beginnings = facts.map(({ starts }) => starts?.map(beginningOf));
    this.#firsts = facts.map(({ first }) => (first === undefined ? undefined : tableOf(first)));
    const others = lists.map(([, ...more]) => more.slice(0, MORE_LISTS));
    this.#others = others.map((more) => more.filter(isShort).map(anyLiteral));
    this.#largeLists = others.map((more) => more.filter((list) => !isShort(list)).map(anyOf));
    this.#filter = new GramFilter([...numbers.keys()]);
    this.#seen = new Int32Array(numbers.size);
  }

  /** The number of a literal; undefined: it is not looked for. */
  numberOf(literal: string): number | undefined {
    return this.#numbers.get(literal);
  }

  find({ words, bytes, length, starts }: LiteralText, onLiteral: OnLiteral): void {
    const seen = this.#seen.fill(-1);
    let line = 0;
    this.#filter.scan(words, bytes, length, (literal, at) => {
      while ((starts[line + 1] as number) <= at) line += 1;
      if (seen[literal] === line) return;
      // A literal with a line end in it, which stands in no line.
      if ((starts[line] as number) > at) return;
      seen[literal] = line;
      onLiteral(line, literal);
    });
  }

  /** Whether the other literals that the pattern needs stand in this line. */
  holdsOthers(pattern: number, { bytes, starts }: LiteralText, line: number): boolean {
    const from = starts[line] as number;
    const end = starts[line + 1] as number;
    const others = this.#others[pattern] as readonly AnyLiteral[];
    for (const list of others) if (!isAnyIn(list, bytes, from, end)) return false;
    return true;
  }

  /** Whether a cleaned line that stands at these bytes begins as the pattern needs it. */
  mayBegin(pattern: number, bytes: Uint8Array, from: number, end: number): boolean {
    const first = this.#firsts[pattern];
    if (first !== undefined && !hasByte(first, firstByteOf(bytes, from, end))) return false;
    const beginnings = this.#beginnings[pattern];
    return beginnings === undefined || beginsWithAny(beginnings, bytes, from, end);
  }

  /** Whether a cleaned line in which `holdsOthers` found all has what else is quickly seen to be needed. */
  mayMatch(pattern: number, text: string): boolean {
    const beginnings = this.#beginnings[pattern];
    if (beginnings !== undefined) {
      const begin = text.slice(0, LONGEST_BEGINNING).toLowerCase();
      if (!beginnings.some(({ text }) => begin.startsWith(text))) return false;
    }
    return (this.#largeLists[pattern] as readonly (() => RegExp)[]).every((list) => list().test(text));
  }
}

/** What a line begins with, in small letters. */
interface Beginning {
  text: string;
  /** Its bytes. */
  folded: Uint8Array;
}

function beginningOf(start: string): Beginning {
  const text = start.slice(0, LONGEST_BEGINNING);
  return { text, folded: foldedBytes(text) };
}

/** The first that is no blank; 0: there is none. */
function firstByteOf(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] as number) <= 0x20) at += 1;
  return at < end ? (bytes[at] as number) : 0;
}

function beginsWithAny(beginnings: readonly Beginning[], bytes: Uint8Array, from: number, end: number): boolean {
  for (const { folded } of beginnings) {
    if (end - from >= folded.length && standsAt(bytes, from, folded)) return true;
  }
  return false;
}

function isShort(list: readonly string[]): boolean {
  return list.length <= LARGEST_MORE;
}

/** Only alternatives of fixed texts, so it can't be slow. */
function anyOf(list: readonly string[]): () => RegExp {
  let pattern: RegExp | undefined;
  return () => {
    pattern ??= new RegExp(list.map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'i');
    return pattern;
  };
}

/** All lists of a pattern, the one that costs least to look for first. */
function listsOf(needs: PatternFacts['needs'], source?: string): readonly (readonly string[])[] {
  const lists = needs.map((list) => ({ list, cost: costOf(list) }));
  if (lists.length === 0) throw new RangeError(`expected a pattern with some fixed text, found ${source}`);
  return lists.sort((a, b) => a.cost - b.cost).map(({ list }) => list);
}

/** How long it takes to look for a list, in no unit: an accident is a look at a few bytes, a find one at a line. */
function costOf(list: readonly string[]): number {
  return list.reduce((sum, literal) => {
    const accidents = literal.length < SHORT ? 2 ** -textRarity(literal.slice(0, 3)) : 0;
    return sum + FIND_COST * 2 ** -textRarity(literal) + accidents;
  }, 0);
}

/** A list of literals, one of which has to be found. */
interface AnyLiteral {
  literals: readonly Uint8Array[];
  /** 1 for each byte with which one of them begins, small or large. */
  firsts: Uint8Array;
}

function anyLiteral(list: readonly string[]): AnyLiteral {
  const literals = list.map(foldedBytes);
  return { literals, firsts: firstsOf(literals.map((literal) => literal[0] as number)) };
}

const knownFirsts = new Map<string, Uint8Array>();

/** Many lists begin alike. */
function firstsOf(folded: readonly number[]): Uint8Array {
  const key = folded.toSorted((a, b) => a - b).join(' ');
  const firsts = knownFirsts.get(key) ?? FOLDED.map((byte) => Number(folded.includes(byte)));
  knownFirsts.set(key, firsts);
  return firsts;
}

function isAnyIn({ literals, firsts }: AnyLiteral, bytes: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    if (firsts[bytes[at] as number] === 1 && isAnyAt(literals, bytes, at, end)) return true;
  }
  return false;
}

function isAnyAt(literals: readonly Uint8Array[], bytes: Uint8Array, at: number, end: number): boolean {
  for (const literal of literals) {
    if (at + literal.length <= end && standsAt(bytes, at, literal)) return true;
  }
  return false;
}
