import { normalise } from './fingerprint.ts';

/** A word that differed between lines of one template. */
const ANY = '<*>';
/** Lines of one template share at least this part of their words. */
const ALIKE = 0.6;
/** So many templates below one branch; a log of endless distinct lines must not cost time without bound. */
const MOST_ALIKE = 64;

/**
 * The shapes of the lines of logs, learnt line by line: what stays of `Compiling serde v1.0.219` and `Compiling syn
 * v2.0.1` when they are laid on each other. A tree of fixed depth, as in Drain (He et al., ICWS 2017): number of words,
 * first word, then the most similar template below that.
 */
export class Templates {
  readonly #branches = new Map<string, string[][]>();

  /** @param text one line. */
  add(text: string): void {
    const words = wordsOf(text);
    if (words.length === 0) return;
    const key = branchOf(words);
    const branch = this.#branches.get(key) ?? [];
    this.#branches.set(key, branch);
    const known = mostAlike(branch, words);
    if (known !== undefined) for (const [at, word] of words.entries()) if (known[at] !== word) known[at] = ANY;
    if (known === undefined && branch.length < MOST_ALIKE) branch.push([...words]);
  }

  /** Says whether a line has the shape of one that was added. */
  knows(text: string): boolean {
    const words = wordsOf(text);
    return words.length === 0 || (this.#branches.get(branchOf(words)) ?? []).some((template) => fits(template, words));
  }

  /** Learns all lines of a text. */
  static of(lines: Iterable<{ text: string }>): Templates {
    const templates = new Templates();
    for (const { text } of lines) templates.add(text);
    return templates;
  }
}

function wordsOf(text: string): string[] {
  return normalise(text).split(' ').filter(Boolean);
}

function branchOf(words: readonly string[]): string {
  return `${words.length} ${words[0]}`;
}

function mostAlike(branch: string[][], words: readonly string[]): string[] | undefined {
  let best: string[] | undefined;
  let most = ALIKE;
  for (const template of branch) {
    const share = template.filter((word, at) => word === words[at] || word === ANY).length / words.length;
    // Three equal words at least: two short lines are alike too easily.
    const alike = template.filter((word, at) => word === words[at]).length;
    if (share >= most && (alike >= 3 || share === 1)) {
      best = template;
      most = share;
    }
  }
  return best;
}

function fits(template: readonly string[], words: readonly string[]): boolean {
  return template.every((word, at) => word === ANY || word === words[at]);
}
