import fc from 'fast-check';
import { isTooDeep } from './depth.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it.each`
  json                                      | deepest | expected
  ${''}                                     | ${0}    | ${false}
  ${'[]'}                                   | ${0}    | ${true}
  ${'[]'}                                   | ${1}    | ${false}
  ${'{"a":[{"b":1}]}'}                      | ${2}    | ${true}
  ${'{"a":[{"b":1}]}'}                      | ${3}    | ${false}
  ${'[[],[],[]]'}                           | ${2}    | ${false}
  ${'"[[["'}                                | ${0}    | ${false}
  ${'["\\"[[[", "\\\\", "{"]'}              | ${1}    | ${false}
  ${'["\\\\"[['}                            | ${2}    | ${true}
  ${'["never ends [[['}                     | ${1}    | ${false}
  ${`${'['.repeat(201)}${']'.repeat(201)}`} | ${200}  | ${true}
`('$json is deeper than $deepest: $expected', ({ json, deepest, expected }) => {
  expect(isTooDeep(bytes(json), deepest)).toBe(expected);
});

it('agrees with what is parsed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(6), (value, deepest) => {
      expect(isTooDeep(bytes(JSON.stringify(value)), deepest)).toBe(depthOf(value) > deepest);
    }),
  );
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
