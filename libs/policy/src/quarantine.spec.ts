import { parsePolicy } from './parse-policy.ts';
import { PolicyError } from './policy-error.ts';
import { ownerOf } from './quarantine.ts';

const POLICY = parsePolicy(`
version: 1
quarantine:
  expiry: 7d
  most: 5
  greens: 3
  owners:
    - match: { repository: acme/shop, test: ["src/cart/**", "com.acme.cart.*"] }
      owner: "@acme/checkout"
    - match: { test: "**slow**" }
      owner: ada
    - match: { repository: "acme/*" }
      owner: "@acme/all"
`);

it('reads its settings', () => {
  expect(POLICY.quarantine).toMatchObject({ expiry: 7 * 86_400_000, most: 5, greens: 3 });
});

it.each`
  repository     | test                                | owner
  ${'acme/shop'} | ${'src/cart/test_total.py::test_a'} | ${'@acme/checkout'}
  ${'acme/shop'} | ${'com.acme.cart.CartTest'}         | ${'@acme/checkout'}
  ${'acme/blog'} | ${'src/cart/test_total.py::test_a'} | ${'@acme/all'}
  ${'octo/repo'} | ${'e2e/very slow one'}              | ${'ada'}
  ${'octo/repo'} | ${'TestCart'}                       | ${''}
`('$test of $repository belongs to "$owner"', ({ repository, test, owner }) => {
  expect(ownerOf(POLICY.quarantine, { repository, test })).toBe(owner);
});

it.each`
  text                                                | says
  ${'expiry: 100d'}                                   | ${/expiry: .*expected a duration from 1s to 90d/}
  ${'greens: 0'}                                      | ${/greens: expected at least 1/}
  ${'owners: [{ match: {}, owner: ada }]'}            | ${/expected at least one of repository, test/}
  ${'owners: [{ match: { branch: a }, owner: ada }]'} | ${/unknown key/}
`('$text is refused', ({ text, says }) => {
  const parse = () => parsePolicy(`version: 1\nquarantine: { ${text} }\n`);
  expect(parse).toThrow(PolicyError);
  expect(parse).toThrow(says);
});
