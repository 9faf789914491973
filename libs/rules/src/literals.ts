import { BLANK, type Bytes, bytesOf, bytesOfClass, EVERY_BYTE, NO_BYTE } from './first-bytes.ts';
import { textRarity } from './scan/common-words.ts';

/** Shorter literals are in too many lines to be worth looking for. */
const SHORTEST = 3;
/** Characters that mean themselves, as many as no sign for repetition follows. */
const PLAIN = /[\w "',:;<>=!@#%&~`/-]+(?![*+?{])/y;
/** Of a part with more spellings than these, e.g. `(?:a|b)(?:c|d)...`, the spellings are not multiplied any further. */
const MOST_SPELLINGS = 64;
/** A class with more letters than these is no fixed text. */
const LARGEST_CLASS = 4;

/**
 * What a pattern needs: in every text that it matches stands at least one of these, in lower case. Undefined: it has
 * no such list with literals of at least three characters.
 */
export function literalsOf(pattern: string): readonly string[] | undefined {
  const { needs } = factsOf(pattern);
  return needs.length === 0 ? undefined : needs.reduce((best, list) => (worth(list) > worth(best) ? list : best));
}

/** What every text says that a pattern matches. */
export interface PatternFacts {
  /**
   * In it stands at least one literal of each list, ASCII letters in either case. They are in lower case, have at least
   * three characters and stand in the order of the pattern.
   */
  needs: readonly (readonly string[])[];
  /** It begins with one of these, in lower case, ASCII letters in either case. Undefined: it can begin with anything. */
  starts: readonly string[] | undefined;
  /** Its line begins with one of these bytes behind its blanks. Undefined: it can begin with anything. */
  first: Bytes | undefined;
}

/**
 * Reads the syntax that RE2 knows and is careful: what it does not understand gives no literal. The two letters outside
 * of ASCII that `(?i)` takes for s and k (U+017F, U+212A) are not thought of.
 */
export function factsOf(pattern: string): PatternFacts {
  const { spellings, needs, starts, first, mayBeBlank } = new Reader(pattern).alternatives();
  const all = spellings === undefined ? needs : [...needs, spellings];
  const isAnchored = starts !== undefined && !/\(\?[a-zA-Z]*m/.test(pattern);
  return {
    needs: all.map(withoutLonger).filter((list) => worth(list) >= SHORTEST),
    starts: isAnchored && !starts.includes('') ? starts.map((start) => start.toLowerCase()) : undefined,
    first: isAnchored && !mayBeBlank && first !== EVERY_BYTE ? first : undefined,
  };
}

/** What one part of a pattern says. */
interface Part {
  /** All that it can match; undefined: too many or unknown. */
  spellings: readonly string[] | undefined;
  /** Lists of which a literal has to stand in what it matches; next to `spellings` empty. */
  needs: readonly (readonly string[])[];
  /** Of a part that begins with `^`: one of these stands first. */
  starts?: readonly string[] | undefined;
  /** The first byte that is no blank of what it matches is one of these. */
  first: Bytes;
  /** It can match what has no such byte. */
  mayBeBlank: boolean;
}

const NOTHING: Part = { spellings: [''], needs: [], first: NO_BYTE, mayBeBlank: true };
const ANYTHING: Part = { spellings: undefined, needs: [], first: EVERY_BYTE, mayBeBlank: true };
const just = (text: string): Part => {
  const begin = text.trimStart().slice(0, 1);
  return { spellings: [text], needs: [], ...beginOf(bytesOf(begin === '' ? ' ' : begin)) };
};
const beginOf = (bytes: Bytes): Pick<Part, 'first' | 'mayBeBlank'> => ({
  first: bytes & ~BLANK,
  mayBeBlank: (bytes & BLANK) !== NO_BYTE,
});

class Reader {
  readonly #text: string;
  readonly #foldsCase: boolean;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#foldsCase = /\(\?[a-zA-Z]*i/.test(text);
  }

  /** `a|b|c`, up to the closing bracket or the end. */
  alternatives(): Part {
    const branches: Part[] = [];
    do branches.push(this.#sequence());
    while (this.#take('|'));
    return branches.length === 1 ? (branches[0] ?? ANYTHING) : either(branches);
  }

  #sequence(): Part {
    const needs: (readonly string[])[] = [];
    let run: readonly string[] = [''];
    let whole = true;
    let starts: readonly string[] | undefined;
    let first = NO_BYTE;
    let mayBeBlank = true;
    const anchored = /^(?:\(\?[a-zA-Z]+\))?\^/.test(this.#text.slice(this.#at, this.#at + 20));
    const endRun = (next: readonly string[]): void => {
      if (anchored) starts ??= run;
      needs.push(run);
      run = next;
      whole = false;
    };
    while (this.#at < this.#text.length && !'|)'.includes(this.#peek())) {
      const piece = this.#piece();
      const count = this.#quantifier();
      if (mayBeBlank) first |= piece.first;
      mayBeBlank &&= piece.mayBeBlank || count === 'maybe' || count === 'any';
      const spellings = spellingsOf(piece, count);
      const longer = spellings === undefined ? undefined : product(run, spellings);
      if (longer !== undefined && count !== 'more') {
        run = longer;
        continue;
      }
      // `ab+c`: the run up to and with the first `b` stands there, and one from the last `b` on.
      if (longer !== undefined) run = longer;
      endRun(spellings ?? ['']);
      if (count !== 'maybe' && count !== 'any') needs.push(...piece.needs);
    }
    if (whole) return { spellings: run, needs: [], starts: anchored ? run : undefined, first, mayBeBlank };
    return {
      spellings: undefined,
      needs: [...needs, run].filter((list) => worth(list) > 0),
      starts,
      first,
      mayBeBlank,
    };
  }

  #piece(): Part {
    const plain = this.#plain();
    if (plain !== '') return just(plain.toLowerCase());
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '.':
        return ANYTHING;
      case '^':
      case '$':
        return NOTHING;
      default:
        return this.#character(character);
    }
  }

  #plain(): string {
    PLAIN.lastIndex = this.#at;
    const [plain = ''] = PLAIN.exec(this.#text) ?? [];
    this.#at += plain.length;
    return plain;
  }

  /** Outside of ASCII the case is kept, so with `(?i)` such a letter is unknown; so is half of a pair. */
  #character(character: string): Part {
    if (character < '\u0080') return just(character.toLowerCase());
    const next = this.#text.codePointAt(this.#at - 1) ?? 0;
    if (next > 0xffff) this.#at += 1;
    const known = !this.#foldsCase && !(next >= 0xd800 && next <= 0xdfff) && next !== 0xfffd;
    return known ? just(String.fromCodePoint(next)) : ANYTHING;
  }

  #group(): Part {
    if (this.#take('?')) {
      // Flags `(?i)` or `(?i:`, names `(?<n>` or `(?P<n>`, or plain `(?:`.
      while (this.#at < this.#text.length && !':>)'.includes(this.#peek())) this.#at += 1;
      if (this.#take(')')) return NOTHING;
      this.#at += 1;
    }
    const part = this.alternatives();
    this.#take(')');
    return part;
  }

  /** `[Ee]` is an e; what is larger is unknown. */
  #class(): Part {
    const start = this.#at;
    const negated = this.#take('^');
    this.#take(']');
    while (this.#at < this.#text.length && this.#next() !== ']') {
      if (this.#text[this.#at - 1] === '\\') this.#at += 1;
      else if (this.#text[this.#at - 1] === '[' && this.#peek() === ':') this.#skipPast(':]');
    }
    const members = this.#text.slice(start, this.#at - 1);
    const begin = beginOf(bytesOfClass(`[${members}]`));
    // Only what needs no knowledge of ranges, escapes and named classes; a hyphen at either end is one.
    if (negated || !/^[ -~]+$/.test(members) || /[\\[\]^]|.-./.test(members)) {
      return { spellings: undefined, needs: [], ...begin };
    }
    const letters = new Set(members.toLowerCase());
    return { spellings: letters.size > LARGEST_CLASS ? undefined : [...letters], needs: [], ...begin };
  }

  #escape(): Part {
    const escaped = this.#next();
    if (escaped === 'Q') {
      const end = this.#text.indexOf('\\E', this.#at);
      const literal = this.#text.slice(this.#at, end === -1 ? undefined : end);
      this.#at = end === -1 ? this.#text.length : end + 2;
      // A sign after it would belong to its last letter alone.
      if (!/^[ -~]*$/.test(literal) || '*+?{'.includes(this.#peek() || ' ')) return ANYTHING;
      return just(literal.toLowerCase());
    }
    if ('pP'.includes(escaped)) {
      if (this.#peek() === '{') this.#skipPast('}');
      else this.#at += 1;
      return ANYTHING;
    }
    if (escaped === 'x') {
      if (this.#peek() === '{') this.#skipPast('}');
      else this.#at += 2;
      return ANYTHING;
    }
    if ('bBAz'.includes(escaped)) return NOTHING;
    if (/[dDsSwWtnrfv]/.test(escaped))
      return { spellings: undefined, needs: [], ...beginOf(bytesOfClass(`\\${escaped}`)) };
    return /\w/.test(escaped) ? ANYTHING : this.#character(escaped);
  }

  #quantifier(): Count {
    if (!'*+?{'.includes(this.#peek() || ' ')) return 'once';
    const rest = this.#text.slice(this.#at);
    const [whole, sign, least] = /^(?:([*+?])|\{(\d+)(?:,\d*)?\})\??/.exec(rest) ?? [];
    if (whole === undefined) return 'once';
    this.#at += whole.length;
    if (sign === '?') return 'maybe';
    if (sign !== undefined) return sign === '+' ? 'more' : 'any';
    return Number(least) === 0 ? 'any' : 'more';
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #next(): string {
    const character = this.#peek();
    this.#at += 1;
    return character;
  }

  #take(expected: string): boolean {
    if (this.#peek() !== expected) return false;
    this.#at += 1;
    return true;
  }

  #skipPast(end: string): void {
    const found = this.#text.indexOf(end, this.#at);
    this.#at = found === -1 ? this.#text.length : found + end.length;
  }
}

/** How often a part stands there: once, once or more, not or once, any number of times. */
type Count = 'once' | 'more' | 'maybe' | 'any';

function spellingsOf({ spellings }: Part, count: Count): readonly string[] | undefined {
  if (count === 'any' || spellings === undefined) return undefined;
  return count === 'maybe' ? [...new Set(['', ...spellings])] : spellings;
}

function product(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  if (left.length * right.length > MOST_SPELLINGS) return undefined;
  if (left.length === 1) return right.map((end) => left[0] + end);
  return [...new Set(left.flatMap((start) => right.map((end) => start + end)))];
}

/** Of alternatives one list is needed: one of the rarest literals of each branch. */
function either(branches: readonly Part[]): Part {
  const begun = branches.map(({ starts }) => starts);
  const starts = begun.every((list) => list !== undefined) ? begun.flat() : undefined;
  const spelled = branches.map(({ spellings }) => spellings);
  const first = branches.reduce((bytes, branch) => bytes | branch.first, NO_BYTE);
  const mayBeBlank = branches.some((branch) => branch.mayBeBlank);
  if (spelled.every((list) => list !== undefined)) {
    const spellings = [...new Set(spelled.flat())];
    if (spellings.length <= MOST_SPELLINGS) return { spellings, needs: [], starts, first, mayBeBlank };
  }
  const best = branches.map(({ spellings, needs }) =>
    rarest([...needs, ...(spellings === undefined ? [] : [spellings])]),
  );
  const known = best.every((list) => list !== undefined) ? best.flat() : [];
  return { spellings: undefined, needs: worth(known) > 0 ? [known] : [], starts, first, mayBeBlank };
}

/** Too short lists are the last choice: none of their literals can be looked for. */
function rarest(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  const usable = lists.filter((list) => worth(list) >= SHORTEST);
  const places = (list: readonly string[]) => list.reduce((sum, literal) => sum + 2 ** -textRarity(literal), 0);
  if (usable.length === 0) return lists.find((list) => worth(list) > 0) ?? lists[0];
  return usable.reduce((best, list) => (places(list) < places(best) ? list : best));
}

/** Where `abc` is looked for, `abcd` need not be. */
function withoutLonger(list: readonly string[]): readonly string[] {
  const different = [...new Set(list)];
  return different.filter((text) => !different.some((other) => other !== text && text.includes(other)));
}

/** The shortest literal decides how often the list is found by accident. */
function worth(literals: readonly string[]): number {
  return literals.length === 0 ? 0 : Math.min(...literals.map((literal) => literal.length));
}
