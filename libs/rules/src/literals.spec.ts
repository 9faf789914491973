import fc from 'fast-check';
import { hasByte, tableOf } from './first-bytes.ts';
import { factsOf } from './literals.ts';
import { compilePattern } from './pattern.ts';

/** Printable ASCII with which what the pattern matches can begin behind its blanks; undefined: with anything. */
function firstOf(pattern: string): string | undefined {
  const first = factsOf(pattern).first;
  if (first === undefined) return undefined;
  const table = tableOf(first);
  return Array.from({ length: 94 }, (_, index) => index + 0x21)
    .filter((code) => hasByte(table, code))
    .map((code) => String.fromCharCode(code))
    .join('');
}

describe('the first bytes of a pattern', () => {
  test.each([
    ['^FAIL ', 'Ff'],
    ['^\\s*FAIL ', 'Ff'],
    ['^ +(?:Line|at) ', 'ALal'],
    ['^(?:\\[ERROR\\] )?x', 'Xx['],
    ['^\\d+: ', '0123456789'],
    ['^[A-C]?-', '-ABCabc'],
    ['^E {3,}assert|^> ', '>Ee'],
    ['^(?:ab|)c', 'ACac'],
    ['^x*y', 'XYxy'],
    ['^x{2,3}y', 'Xx'],
  ])('%s begins with %s', (pattern, expected) => {
    expect(firstOf(pattern)?.split('').toSorted()).toEqual(expected.split('').toSorted());
  });

  test.each(['FAIL', 'a|^b', '^.foo', '^\\s*', '^(?:a|\\s)', '(?m)^a', '^\\w*$'])(
    '%s begins with anything',
    (pattern) => {
      expect(firstOf(pattern)).toBeUndefined();
    },
  );

  const atom = fc.constantFrom(
    'a',
    'B',
    '1',
    '-',
    ' ',
    '\\s',
    '\\S',
    '\\d',
    '\\w',
    '\\W',
    '\\.',
    '\\[',
    '.',
    '[ab]',
    '[^ab]',
    '[^\\s:]',
    '[-+]',
    '[\\d.]',
    '[[:alpha:]]',
    '\\x41',
    'é',
    '\\b',
    '$',
    '(?:a|1)',
    '(?i:b|-)',
    '( |x)',
    '(?:)',
  );
  const quantifier = fc.constantFrom('', '', '', '?', '*', '+', '{0,2}', '{2}', '*?');
  const branch = fc.array(fc.tuple(atom, quantifier), { minLength: 1, maxLength: 4 }).map((parts) => {
    const text = parts.map(([one, times]) => one + (/^(?:\\b|\$)$/.test(one) ? '' : times)).join('');
    return `^${text}`;
  });
  const pattern = fc
    .tuple(fc.constantFrom('', '(?i)'), fc.array(branch, { minLength: 1, maxLength: 3 }))
    .map(([flags, branches]) => flags + branches.join('|'));
  const text = fc.string({ unit: fc.constantFrom(...'aAbB1-+.: [\tézx'), maxLength: 6 });

  test('no line that matches begins otherwise', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 20 }), (source, lines) => {
        const first = factsOf(source).first;
        if (first === undefined) return;
        const compiled = compilePattern(source);
        for (const line of lines.filter((one) => compiled.test(one))) {
          const begin = line.trimStart().charCodeAt(0);
          expect([source, line, hasByte(tableOf(first), begin)]).toEqual([source, line, true]);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
