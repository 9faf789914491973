import { toLines } from '@prunella/signals';
import fc from 'fast-check';
import { literalsOf } from './literals.ts';
import { matchRules } from './match-rules.ts';
import { parseRulePack } from './parse-pack.ts';
import { compilePattern } from './pattern.ts';
import { compileRules } from './rule-set.ts';

interface Wish {
  id: string;
  log?: string;
  type?: string;
  exclude?: string;
  confidence?: number;
  metrics?: string;
}

function pack(...wishes: Wish[]) {
  const rules = wishes.map(({ id, log, type, exclude, confidence = 0.8, metrics = '{}' }) => ({
    id,
    cause: 'network',
    says: 'Something happened here.',
    match: { log: log === undefined ? [] : [log], error_type: type === undefined ? [] : [type] },
    exclude: exclude === undefined ? [] : [exclude],
    metrics: JSON.parse(metrics),
    transient: 0.5,
    confidence,
    action: {
      type: 'retry',
      parameters: { a: 1, b: 1 },
      overrides: [{ when: { m: { above: 1 } }, parameters: { b: 2 } }],
    },
    examples: { match: ['unused'] },
  }));
  return parseRulePack('test', JSON.stringify({ rules }));
}

const match = (text: string, metrics: Record<string, number>, ...wishes: Wish[]) =>
  matchRules(compileRules([pack(...wishes)]), { lines: toLines(text), metrics });

describe('matchRules', () => {
  it('gives the best first, with the lines that matched and the number of all', () => {
    const text = ['weak sign', ...Array.from({ length: 12 }, () => 'strong sign')].join('\n');
    const found = match(text, {}, { id: 'weak', log: 'weak', confidence: 0.5 }, { id: 'strong', log: 'strong' });
    expect(found.map(({ rule, count }) => [rule.id, count])).toEqual([
      ['strong', 12],
      ['weak', 1],
    ]);
    expect(found[0]?.lines).toHaveLength(10);
    expect(found[1]?.lines).toEqual([{ line: 1, text: 'weak sign', source: 'log' }]);
  });

  it('prefers what stands nearer to the end when both are as sure', () => {
    const found = match('first thing\nlast thing', {}, { id: 'a', log: 'first' }, { id: 'b', log: 'last' });
    expect(found.map(({ rule }) => rule.id)).toEqual(['b', 'a']);
  });

  it('passes over excluded lines only', () => {
    expect(match('boom (retrying)\nboom', {}, { id: 'a', log: 'boom', exclude: 'retrying' })[0]?.lines).toEqual([
      { line: 2, text: 'boom', source: 'log' },
    ]);
    expect(match('boom (retrying)', {}, { id: 'a', log: 'boom', exclude: 'retrying' })).toEqual([]);
  });

  it.each(['✓ boom', '  ✔ boom', 'ok 3 - boom', '    --- PASS: TestBoom boom', 'PASS boom', 'PASSED boom'])(
    'does not believe the title of a test that passed: %s',
    (text) => {
      expect(match(text, {}, { id: 'a', log: 'boom' })).toEqual([]);
      expect(match(`not ${text}`, {}, { id: 'a', log: 'boom' })).toHaveLength(1);
    },
  );

  it.each([
    [{}, 0, undefined],
    [{ m: 1 }, 0, undefined],
    [{ m: 1.1 }, 1, { a: 1, b: 2 }],
  ])('metrics %j: %d matches with parameters %j', (metrics, count, parameters) => {
    const found = match('boom', metrics, { id: 'a', log: 'boom', metrics: '{"m":{"above":1}}' });
    expect(found).toHaveLength(count);
    expect(found[0]?.action.parameters).toEqual(parameters);
  });

  it('lets metrics speak alone where a rule has nothing else', () => {
    expect(match('', { m: 2 }, { id: 'a', metrics: '{"m":{"above":1}}' })).toHaveLength(1);
  });

  it('reads the message, the stack, the type and the signs of an error', () => {
    const set = compileRules([
      pack({ id: 'text', log: 'boom' }, { id: 'type', type: '^EBOOM$' }, { id: 'sign', type: '^s:1$' }),
    ]);
    const error = { message: 'x\nboom', type: 'EBOOM', stack: 'at boom()' };
    const found = matchRules(set, { lines: [], error, signs: ['s:1'], metrics: {} });
    expect(found.map(({ rule }) => rule.id).sort()).toEqual(['sign', 'text', 'type']);
    expect(found.find(({ rule }) => rule.id === 'text')?.lines).toEqual([
      { line: 2, text: 'boom', source: 'error' },
      { line: 1, text: 'at boom()', source: 'error' },
    ]);
  });

  it('lets a later pack replace a rule', () => {
    const set = compileRules([pack({ id: 'a', log: 'boom' }), pack({ id: 'a', log: 'bang' })]);
    expect(matchRules(set, { lines: toLines('boom'), metrics: {} })).toEqual([]);
    expect(matchRules(set, { lines: toLines('bang'), metrics: {} })).toHaveLength(1);
  });

  it.each(['abc(a+)+$', 'abc(a|aa)+$', 'abc(.*a){20}$', 'abc(a?){60}a{60}$'])('is not hung by %s', (bomb) => {
    // A backtracking engine takes longer than the universe has for the first two: the test's own limit is the bound.
    expect(match(`abc${'a'.repeat(1_900)}!`, {}, { id: 'bomb', log: bomb })).toEqual([]);
  });
});

describe('literalsOf', () => {
  it.each([
    ['connection (?:reset|refused) by', ['connection reset by', 'connection refused by']],
    ['(?i)\\bECONNRESET\\b', ['econnreset']],
    ['(?:foo|barbaz)+', ['foo', 'barbaz']],
    ['(?:foo|ba)', undefined],
    ['colou?r', ['color', 'colour']],
    ['ab{2,}cde', ['bcde']],
    ['(?:optional)?needed', ['needed']],
    ['[abc]+def', ['adef', 'bdef', 'cdef']],
    ['[]x]foo', ['foo']],
    ['[[:alpha:]]foo', ['foo']],
    ['\\x41\\x{42}foo', ['foo']],
    ['\\pLfoo', ['foo']],
    ['\\Qa.b(c\\E', ['a.b(c']],
    ['a\\.b\\(c', ['a.b(c']],
    ['(?P<name>foo)bar', ['foobar']],
    ['x*', undefined],
    ['foo|', undefined],
  ])('%s needs %j', (pattern, literals) => {
    expect(literalsOf(pattern)).toEqual(literals);
  });

  it('never hides a match: whatever matches contains a literal of the pattern', () => {
    const atom = fc.constantFrom('abc', 'b', '[ab]', '(?:abc|bca)', '\\.', 'c?', '(?:cab)*', 'a+', '.', '(?i:abca)');
    fc.assert(
      fc.property(
        fc.array(atom, { minLength: 1, maxLength: 5 }),
        fc.array(fc.constantFrom('a', 'b', 'c', '.', 'A')),
        (atoms, letters) => {
          const pattern = atoms.join('');
          const text = letters.join('');
          const literals = literalsOf(pattern);
          const contained = literals?.some((literal) => text.toLowerCase().includes(literal)) ?? true;
          expect(compilePattern(pattern).test(text) && !contained).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
