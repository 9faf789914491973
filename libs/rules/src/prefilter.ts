/** Says quickly which patterns can't match a text, so that few have to be tried. */
export interface Prefilter {
  /** Calls `hit` for every pattern that can match; more than once for the same one is allowed. */
  scan(text: string, hit: (pattern: number) => void): void;
}

/**
 * Makes a prefilter of the literals of each pattern, in lower case; the index in the list is the pattern's number.
 * Every text that a pattern matches contains at least one of its literals.
 */
export type MakePrefilter = (literals: readonly (readonly string[])[]) => Prefilter;

const ROOT = 0;

/** Aho-Corasick over all literals at once: one table look-up for each character of the text, however many rules. */
export const ahoCorasick: MakePrefilter = (literals) => {
  const classes = classesOf(literals.flat());
  const width = Math.max(0, ...classes.values()) + 1;
  const { next, ends } = automatonOf(literals, classes, width);
  const classOf = new Uint16Array(65_536);
  for (const [character, number] of classes) classOf[character] = number;
  return {
    scan(text, hit) {
      const lower = text.toLowerCase();
      let state = ROOT;
      for (let at = 0; at < lower.length; at += 1) {
        state = next[state * width + (classOf[lower.charCodeAt(at)] ?? 0)] ?? ROOT;
        const found = ends[state];
        if (found !== undefined) for (const pattern of found) hit(pattern);
      }
    },
  };
};

/** A small number for each character that occurs in a literal; 0 is every other one. */
function classesOf(literals: readonly string[]): Map<number, number> {
  const classes = new Map<number, number>();
  for (const literal of literals) {
    for (let at = 0; at < literal.length; at += 1) {
      const character = literal.charCodeAt(at);
      if (!classes.has(character)) classes.set(character, classes.size + 1);
    }
  }
  return classes;
}

function automatonOf(literals: readonly (readonly string[])[], classes: ReadonlyMap<number, number>, width: number) {
  const next: number[] = new Array<number>(width).fill(-1);
  const ends: (number[] | undefined)[] = [undefined];
  for (const [pattern, list] of literals.entries()) {
    for (const literal of list) {
      let state = ROOT;
      for (let at = 0; at < literal.length; at += 1) {
        const slot = state * width + (classes.get(literal.charCodeAt(at)) ?? 0);
        if ((next[slot] ?? -1) === -1) {
          next[slot] = ends.length;
          for (let empty = 0; empty < width; empty += 1) next.push(-1);
          ends.push(undefined);
        }
        state = next[slot] ?? ROOT;
      }
      const patterns = ends[state] ?? [];
      patterns.push(pattern);
      ends[state] = patterns;
    }
  }
  linkFailures(next, ends, width);
  return { next: Int32Array.from(next), ends };
}

/** Breadth first: where a state has no way on, it goes where its longest proper suffix goes. */
function linkFailures(next: number[], ends: (number[] | undefined)[], width: number): void {
  const failure = new Int32Array(ends.length);
  const queue: number[] = [ROOT];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    const suffix = failure[state] ?? ROOT;
    for (let column = 0; column < width; column += 1) {
      const slot = state * width + column;
      const fallback = state === ROOT ? ROOT : (next[suffix * width + column] ?? ROOT);
      const target = next[slot] ?? -1;
      if (target === -1) {
        next[slot] = fallback;
        continue;
      }
      failure[target] = fallback;
      const inherited = ends[fallback];
      if (inherited !== undefined) ends[target] = [...(ends[target] ?? []), ...inherited];
      queue.push(target);
    }
  }
}
