import { seededRandom } from '@prunella/core';
import { builtinPacks, compileRules, type Rule, type RuleSet } from '@prunella/rules';

/** Escapes, classes and heads of groups stay as they are; words may be replaced. */
const PIECE = /\\.|\[[^\]]*\]|\(\?[^:)>]*[:)>]|[A-Za-z]{4,}/g;

/**
 * So many rules: the built-in ones, then variants of them, the same in each run. In a variant two letters of each word
 * are others, vowels for vowels, so that its literals are as frequent in logs as those of a rule for a failure that is
 * not there.
 */
export function rulesOf(count: number): Rule[] {
  const builtin = builtinPacks()
    .flatMap(({ rules }) => rules)
    .filter(({ match }) => match.log.length > 0);
  const random = seededRandom(1);
  const vary = (pattern: string): string =>
    pattern.replace(PIECE, (piece) => (isWord(piece) ? otherLetters(otherLetters(piece, random), random) : piece));
  const variants = Array.from({ length: Math.max(0, count - builtin.length) }, (_, index): Rule => {
    const rule = builtin[index % builtin.length] as Rule;
    return { ...rule, id: `${rule.id}-${index}`, match: { ...rule.match, log: rule.match.log.map(vary) } };
  });
  return [...builtin, ...variants].slice(0, count);
}

/** The word with another letter in one place. */
function otherLetters(word: string, random: () => number): string {
  const at = Math.floor(random() * word.length);
  const old = word.charAt(at);
  const letters = 'aeiou'.includes(old.toLowerCase()) ? 'aeiou' : 'bcdfghlmnprst';
  const letter = letters.charAt(Math.floor(random() * letters.length));
  return word.slice(0, at) + (old === old.toLowerCase() ? letter : letter.toUpperCase()) + word.slice(at + 1);
}

export function ruleSetOf(count: number): RuleSet {
  return compileRules([{ name: 'bench', rules: rulesOf(count) }]);
}

function isWord(piece: string): boolean {
  return /^[A-Za-z]/.test(piece);
}
