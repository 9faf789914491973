import { type Token, tokensOf } from './tokens.ts';

/** What some lines have in common. Every line is: gap, constant, gap, constant, ..., gap. */
export interface Template {
  /** Text that stands in every line, in order. Upper and lower case may differ from line to line. */
  constants: readonly string[];
  /** For each gap, before, between and after the constants, what stands there in each line; may be empty text. */
  gaps: readonly (readonly string[])[];
  /** The lines spell a constant with the same letters, upper or lower. */
  sameCase: boolean;
}

/** Finds what all lines have in common, token by token. */
export function templateOf(lines: readonly string[]): Template {
  const read = lines.map(tokensOf);
  const [first = [], ...others] = read;
  let common = first.filter(({ varies }) => !varies).map(key);
  for (const tokens of others) {
    const kept = common;
    common = pairs(kept, tokens).map(([index]) => kept[index] ?? '');
  }
  const places = read.map((tokens) => pairs(common, tokens).map(([, place]) => place));
  return joined(common, read, places, lines);
}

/** A longest common subsequence of some keys and the constant tokens of a line: pairs of indices. */
function pairs(keys: readonly string[], tokens: readonly Token[]): [number, number][] {
  const width = tokens.length + 1;
  const length = new Uint16Array((keys.length + 1) * width);
  const at = (row: number, column: number) => length[row * width + column] ?? 0;
  const fits = (row: number, column: number) => {
    const token = tokens[column];
    return token !== undefined && !token.varies && key(token) === keys[row];
  };
  for (let row = keys.length - 1; row >= 0; row -= 1) {
    for (let column = tokens.length - 1; column >= 0; column -= 1) {
      length[row * width + column] = fits(row, column)
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: [number, number][] = [];
  for (let row = 0, column = 0; row < keys.length && column < tokens.length; ) {
    if (fits(row, column)) {
      found.push([row, column]);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
}

/** Puts neighbours together that are neighbours in every line. */
function joined(
  common: readonly string[],
  read: readonly (readonly Token[])[],
  places: readonly (readonly number[])[],
  lines: readonly string[],
): Template {
  const textBetween = (line: number, from: number, to: number) =>
    (read[line] ?? [])
      .slice(from, to)
      .map(({ text }) => text)
      .join('');
  const constants: string[] = [];
  const gaps: string[][] = [];
  for (let index = 0; index <= common.length; index += 1) {
    const gap = read.map((tokens, line) => {
      const before = index === 0 ? 0 : (places[line]?.[index - 1] ?? 0) + 1;
      const last = index === common.length;
      // What was too long to be read belongs to the last gap.
      const tail = last ? (lines[line] ?? '').slice(tokens.reduce((sum, { text }) => sum + text.length, 0)) : '';
      return textBetween(line, before, last ? tokens.length : (places[line]?.[index] ?? 0)) + tail;
    });
    const place = places[0]?.[index] ?? 0;
    const text = index === common.length ? undefined : textBetween(0, place, place + 1);
    if (index > 0 && text !== undefined && gap.every((each) => each === ''))
      constants.push(`${constants.pop()}${text}`);
    else {
      gaps.push(gap);
      if (text !== undefined) constants.push(text);
    }
  }
  const spelled = common.map((_key, index) =>
    read.map((tokens, line) => tokens[places[line]?.[index] ?? 0]?.text ?? ''),
  );
  return { constants, gaps, sameCase: spelled.every((words) => new Set(words).size <= 1) };
}

function key({ text }: Token): string {
  return text.toLowerCase();
}
