import { ownerBy, ownerOfTest } from './owners.ts';
import { parsePolicy } from './parse-policy.ts';

const policy = parsePolicy(`version: 1
quarantine: { owners: [{ match: { test: "tests/cart/**" }, owner: "@cart" }] }
owners:
  - match: { repository: acme/shop, pipeline: "**/deploy.yml" }
    owner: "@release"
  - match: { workload: ["payments/*", "billing/*"] }
    owner: "@team-payments"
  - match: { repository: acme/* }
    owner: "@acme"
`);

it.each`
  repository     | pipeline                                    | workload         | owner
  ${'acme/shop'} | ${'acme/shop/.github/workflows/deploy.yml'} | ${undefined}     | ${'@release'}
  ${'acme/shop'} | ${'acme/shop/.github/workflows/ci.yml'}     | ${''}            | ${'@acme'}
  ${'acme/shop'} | ${undefined}                                | ${undefined}     | ${'@acme'}
  ${''}          | ${'x'}                                      | ${'billing/api'} | ${'@team-payments'}
  ${'acme/shop'} | ${'x'}                                      | ${'payments/db'} | ${'@team-payments'}
  ${'else/shop'} | ${'x'}                                      | ${'shop/web'}    | ${''}
  ${''}          | ${''}                                       | ${''}            | ${''}
`('$repository $pipeline $workload is of "$owner"', ({ owner, ...about }) => {
  expect(ownerBy(policy.owners, about)).toBe(owner);
});

it.each`
  repository     | test                   | owner
  ${'acme/shop'} | ${'tests/cart/a.py'}   | ${'@cart'}
  ${'acme/shop'} | ${'tests/search/a.py'} | ${'@acme'}
  ${'else/shop'} | ${'tests/search/a.py'} | ${''}
`('the test $test of $repository is of "$owner"', ({ owner, ...about }) => {
  expect(ownerOfTest(policy, about)).toBe(owner);
});

it.each`
  entry                                        | says
  ${'{ match: {}, owner: "@a" }'}              | ${'expected at least one of repository, pipeline, workload'}
  ${'{ match: { repo: a }, owner: "@a" }'}     | ${'repository'}
  ${'{ match: { repository: a }, owner: "" }'} | ${'owners[0].owner'}
`('$entry is refused', ({ entry, says }) => {
  expect(() => parsePolicy(`version: 1\nowners: [${entry}]\n`)).toThrow(says);
});
