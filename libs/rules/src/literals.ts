/** Shorter literals are in too many lines to be worth looking for. */
const SHORTEST = 3;

/**
 * What a pattern needs: in every text that it matches stands at least one of these, in lower case. Undefined: it has
 * no such list with literals of at least three characters.
 *
 * Reads the syntax that RE2 knows and is careful: what it does not understand gives no literal.
 */
export function literalsOf(pattern: string): readonly string[] | undefined {
  return new Reader(pattern).alternatives();
}

type Literals = readonly string[] | undefined;
/** One piece of a sequence: a character that must stand there, a group's literals, or nothing to hold on to. */
type Piece = { character: string } | { literals: Literals };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `a|b|c`, up to the closing bracket or the end: needs literals of every branch. */
  alternatives(): Literals {
    const branches: Literals[] = [];
    do branches.push(this.#sequence());
    while (this.#take('|'));
    return branches.some((branch) => branch === undefined) ? undefined : branches.flatMap((branch) => branch ?? []);
  }

  #sequence(): Literals {
    let run = '';
    let best: Literals;
    const consider = (literals: Literals): void => {
      if (literals !== undefined && worth(literals) >= SHORTEST && worth(literals) > worth(best)) best = literals;
    };
    const endRun = (): void => {
      if (run !== '') consider([run.toLowerCase()]);
      run = '';
    };
    while (this.#at < this.#text.length && !'|)'.includes(this.#peek())) {
      const piece = this.#piece();
      const count = this.#quantifier();
      if ('character' in piece && count === 'once') {
        run += piece.character;
        continue;
      }
      // `ab+c`: the run up to and with the first `b` stands there.
      if ('character' in piece && count === 'more') run += piece.character;
      endRun();
      if ('literals' in piece && count !== 'maybe') consider(piece.literals);
    }
    endRun();
    return best;
  }

  #piece(): Piece {
    const character = this.#next();
    switch (character) {
      case '(':
        return { literals: this.#group() };
      case '[':
        this.#skipClass();
        return { literals: undefined };
      case '\\':
        return this.#escape();
      case '.':
      case '^':
      case '$':
        return { literals: undefined };
      default:
        return { character };
    }
  }

  #group(): Literals {
    if (this.#take('?')) {
      // Flags `(?i)` or `(?i:`, names `(?<n>` or `(?P<n>`, or plain `(?:`.
      while (this.#at < this.#text.length && !':>)'.includes(this.#peek())) this.#at += 1;
      if (this.#take(')')) return undefined;
      this.#at += 1;
    }
    const literals = this.alternatives();
    this.#take(')');
    return literals;
  }

  #skipClass(): void {
    this.#take('^');
    this.#take(']');
    while (this.#at < this.#text.length && this.#next() !== ']') {
      if (this.#text[this.#at - 1] === '\\') this.#at += 1;
      else if (this.#text[this.#at - 1] === '[' && this.#peek() === ':') this.#skipPast(':]');
    }
  }

  #escape(): Piece {
    const escaped = this.#next();
    if (escaped === 'Q') {
      const end = this.#text.indexOf('\\E', this.#at);
      const literal = this.#text.slice(this.#at, end === -1 ? undefined : end);
      this.#at = end === -1 ? this.#text.length : end + 2;
      return { literals: literal.length >= SHORTEST ? [literal.toLowerCase()] : undefined };
    }
    if ('pP'.includes(escaped)) {
      if (this.#peek() === '{') this.#skipPast('}');
      else this.#at += 1;
      return { literals: undefined };
    }
    if (escaped === 'x') {
      if (this.#peek() === '{') this.#skipPast('}');
      else this.#at += 2;
      return { literals: undefined };
    }
    return /\w/.test(escaped) ? { literals: undefined } : { character: escaped };
  }

  #quantifier(): 'once' | 'more' | 'maybe' {
    const rest = this.#text.slice(this.#at);
    const [whole, sign, least] = /^(?:([*+?])|\{(\d+)(?:,\d*)?\})\??/.exec(rest) ?? [];
    if (whole === undefined) return 'once';
    this.#at += whole.length;
    if (sign !== undefined) return sign === '+' ? 'more' : 'maybe';
    return Number(least) === 0 ? 'maybe' : 'more';
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

/** The shortest literal decides how often the list is found by accident. */
function worth(literals: Literals): number {
  return literals === undefined ? 0 : Math.min(...literals.map((literal) => literal.length));
}
