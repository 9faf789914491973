import { withoutSecrets } from './without-secrets.ts';

it.each([
  ['passwordFrom: DEPENDENCY_SHOP_PASSWORD', 'passwordFrom: DEPENDENCY_SHOP_PASSWORD'],
  [
    '{ kind: http, "tokenFrom": "DEPENDENCY_X_TOKEN", name: x }',
    '{ kind: http, "tokenFrom": "DEPENDENCY_X_TOKEN", name: x }',
  ],
  ['by: ["slack:U0123ABC", "*@acme.example"]', 'by: ["slack:U0123ABC", "*@acme.example"]'],
  ['inputs: { token: ghp_0123456789abcdef0123 }', 'inputs: { token: [redacted] }'],
  ['url: https://ada:hunter22@x.example/health', 'url: https://[redacted]@x.example/health'],
  ['passwordFrom: hunter22', 'passwordFrom: [redacted]'],
])('%s is shown as %s', (written, shown) => {
  expect(withoutSecrets(`version: 1\n${written}\nmode: act\n`)).toBe(`version: 1\n${shown}\nmode: act\n`);
});
