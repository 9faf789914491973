import { RE2JS } from 're2js';
import { builtinPacks } from './builtin.ts';
import { compilePattern } from './pattern.ts';
import { shareCharacters } from './shared-characters.ts';

const RULES = builtinPacks().flatMap(({ rules }) => rules);
const sourcesOf = ({ match, exclude }: (typeof RULES)[number]) => [...match.log, ...match.error_type, ...exclude];
const linesOf = ({ examples }: (typeof RULES)[number]) =>
  [...examples.match, ...examples.no_match].filter((example) => typeof example === 'string');
const LINES = RULES.flatMap(linesOf);

/** Each instruction's characters, as re2js keeps them. */
function charactersOf(pattern: RE2JS): Int32Array[] {
  const { re2Input } = pattern as unknown as { re2Input: { prog: { inst: { runes: Int32Array }[] } } };
  return re2Input.prog.inst.map(({ runes }) => runes);
}

it('instructions of the same characters share them: a new version of re2js that keeps them elsewhere is seen here', () => {
  const patterns = RULES.flatMap(sourcesOf).map((source) => shareCharacters(RE2JS.compile(source)));
  const all = patterns.flatMap(charactersOf);
  expect(all.length).toBeGreaterThan(100_000);
  expect(new Set(all).size).toBeLessThan(1_000);
});

it('a pattern matches what it matched before they were shared', () => {
  const pairs = RULES.flatMap((rule) => sourcesOf(rule).map((source) => ({ source, own: linesOf(rule) })));
  const differing = pairs.flatMap(({ source, own }, n) => {
    const [plain, shared] = [RE2JS.compile(source), compilePattern(source)];
    // Those of its own rule, and some of the others: all of them would be minutes.
    const lines = [...own, ...LINES.filter((_, at) => at % 97 === n % 97)];
    return lines.filter((line) => {
      const matcher = plain.matcher(line);
      const found = matcher.find() ? matcher.group() : undefined;
      return plain.test(line) !== shared.test(line) || found !== shared.find(line);
    });
  });
  expect(differing).toEqual([]);
});
