import fc from 'fast-check';
import { globMatches } from './glob.ts';

describe('globMatches', () => {
  it.each([
    ['main', 'main', true],
    ['main', 'mainly', false],
    ['Main', 'main', false],
    ['*', '', true],
    ['*', 'main', true],
    ['*', 'a/b', false],
    ['**', 'a/b', true],
    ['release/*', 'release/1', true],
    ['release/*', 'release/1/2', false],
    ['release/**', 'release/1/2', true],
    ['**/ci.yml', 'acme/shop/ci.yml', true],
    ['a*c*e', 'abcde', true],
    ['v?', 'v1', true],
    ['v?', 'v', false],
    ['a?b', 'a/b', false],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['(x+)+$', '(x+)+$', true],
    ['', '', true],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
  });

  it('matches itself where it has no wildcard, and everything by **', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(globMatches('**', text)).toBe(true);
        expect(globMatches(text.replaceAll(/[*?]/g, 'x'), text.replaceAll(/[*?]/g, 'x'))).toBe(true);
      }),
    );
  });

  it('does not slow down on patterns that make a backtracking matcher hang', () => {
    const pattern = 'a*'.repeat(200);
    expect(globMatches(`${pattern}b`, 'a'.repeat(512))).toBe(false);
  });
});
