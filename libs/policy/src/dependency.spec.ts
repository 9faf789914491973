import { addressOf, type Dependency } from './dependency.ts';
import { isNamedIn, linesAgainst } from './dependency-names.ts';
import { diagnosisFor } from './diagnosis.fixture.ts';
import { parsePolicy } from './parse-policy.ts';

function dependency(fields: string): Dependency {
  const [one] = parsePolicy(`version: 1\ndependencies: [{ name: it, ${fields} }]`).dependencies;
  if (one === undefined) throw new Error('none');
  return one;
}

const REGISTRY = 'kind: registry, url: "https://registry.example"';

it('has defaults, in milliseconds', () => {
  expect(dependency('kind: postgresql, host: db.example')).toMatchObject({
    port: 5432,
    interval: 30_000,
    timeout: 5_000,
    downAfter: 3,
    upAfter: 2,
    suspicion: { pipelines: 3, within: 600_000 },
    waitAtMost: 3_600_000,
    neededBy: [],
    names: [],
  });
});

it.each`
  fields                                                                                 | says
  ${'kind: redis, host: x'}                                                              | ${'expected a kind: http, tcp, postgresql, dns or registry'}
  ${'kind: tcp, host: x, prot: 3'}                                                       | ${'did you mean port?'}
  ${'kind: http, url: "ftp://x"'}                                                        | ${'begins with http://'}
  ${'kind: http, url: "https://ada:secret@x"'}                                           | ${'without user and password'}
  ${'kind: http, url: "https://x", tokenFrom: GITHUB_TOKEN'}                             | ${'begins with DEPENDENCY_'}
  ${'kind: postgresql, host: x, password: geheim'}                                       | ${'password: unknown key'}
  ${'kind: dns, host: x, server: dns.example'}                                           | ${'IP address of a name server'}
  ${'kind: tcp, host: x, port: 1, neededBy: [{ match: {} }]'}                            | ${'at least one of repository'}
  ${'kind: tcp, host: x, port: 1, neededBy: [{ match: { action: retry } }]'}             | ${'unknown key'}
  ${'kind: tcp, host: x, port: 1, neededBy: [{ match: { branch: a }, steps: ["a,b"] }]'} | ${'without commas, quotes and brackets'}
`('refuses $fields', ({ fields, says }) => {
  expect(() => dependency(fields)).toThrow(says);
});

it('refuses two of one name', () => {
  expect(() => parsePolicy(`version: 1\ndependencies: [{ name: a, ${REGISTRY} }, { name: a, ${REGISTRY} }]`)).toThrow(
    'different names',
  );
});

it.each`
  fields                                         | address
  ${REGISTRY}                                    | ${'registry.example:443'}
  ${'kind: http, url: "http://a.example/x?t=y"'} | ${'a.example:80'}
  ${'kind: http, url: "http://[::1]:8080/"'}     | ${'[::1]:8080'}
  ${'kind: tcp, host: a.example, port: 6379'}    | ${'a.example:6379'}
  ${'kind: dns, host: a.example'}                | ${'a.example'}
`('is at $address', ({ fields, address }) => {
  expect(addressOf(dependency(fields))).toBe(address);
});

describe('a line names it', () => {
  const named = dependency(`${REGISTRY}, names: ["Corporate Registry", mirror-7]`);

  it.each`
    text                                                     | names
    ${'npm error network https://registry.example/left-pad'} | ${true}
    ${'dial tcp: lookup registry.example: no such host'}     | ${true}
    ${'could not reach REGISTRY.EXAMPLE.'}                   | ${true}
    ${'registry.example'}                                    | ${true}
    ${'connect registry.example:443 refused'}                | ${true}
    ${'"registry.example"'}                                  | ${true}
    ${'ssh registry.example:22 refused'}                     | ${false}
    ${'https://my-registry.example/x'}                       | ${false}
    ${'https://eu.registry.example/x'}                       | ${false}
    ${'https://registry.example.evil.test/x'}                | ${false}
    ${'registry.examples are great'}                         | ${false}
    ${'registry.example-old'}                                | ${false}
    ${'eu.registry.example and registry.example'}            | ${true}
    ${'the corporate registry is down'}                      | ${true}
    ${'mirror-7: 503'}                                       | ${true}
    ${'mirror-70: 503'}                                      | ${false}
    ${''}                                                    | ${false}
  `('$names: $text', ({ text, names }) => {
    expect(isNamedIn(named, text)).toBe(names);
  });

  it('but not by a loopback address: on each runner that is another machine', () => {
    const local = dependency('kind: tcp, host: 127.0.0.1, port: 5432');
    expect(isNamedIn(local, 'connect ECONNREFUSED 127.0.0.1:5432')).toBe(false);
  });
});

it.each`
  cause                    | action                   | speaks
  ${'network'}             | ${'retry'}               | ${true}
  ${'dependency_error'}    | ${'notify_human'}        | ${true}
  ${'service_unavailable'} | ${'retry'}               | ${true}
  ${'image_pull'}          | ${'retry'}               | ${true}
  ${'rate_limit'}          | ${'retry'}               | ${true}
  ${'auth_error'}          | ${'notify_human'}        | ${false}
  ${'test_failure'}        | ${'retry'}               | ${false}
  ${'unknown'}             | ${'wait_for_dependency'} | ${true}
`('a diagnosis of $cause with $action speaks against it: $speaks', ({ cause, action, speaks }) => {
  const text = 'GET https://registry.example/x failed';
  const lines = linesAgainst(
    dependency(REGISTRY),
    diagnosisFor({ cause, action: { type: action, parameters: {} }, evidence: [{ line: 3, text, job: 'build' }] }),
  );
  expect(lines).toEqual(speaks ? [{ line: 3, text, job: 'build' }] : []);
});

it('takes the explanation where no line names it', () => {
  const explanation = 'registry.example did not answer.';
  expect(linesAgainst(dependency(REGISTRY), diagnosisFor({ explanation }))).toEqual([
    { line: 0, text: explanation, job: '' },
  ]);
  expect(linesAgainst(dependency(REGISTRY), diagnosisFor())).toEqual([]);
});
