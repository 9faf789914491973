import { parsePolicy } from './parse-policy.ts';
import { mayBeTestReport } from './tests.ts';

it.each`
  fields                        | name                      | expected
  ${''}                         | ${'junit'}                | ${true}
  ${''}                         | ${'JUnit-results-node24'} | ${true}
  ${''}                         | ${'test-results'}         | ${true}
  ${''}                         | ${'playwright-report'}    | ${false}
  ${''}                         | ${'binaries'}             | ${false}
  ${'artifacts: ["reports-*"]'} | ${'reports-unit'}         | ${true}
  ${'artifacts: ["reports-*"]'} | ${'junit'}                | ${false}
  ${'artifacts: []'}            | ${'junit'}                | ${false}
`('{ $fields } reads $name: $expected', ({ fields, name, expected }) => {
  const { tests } = parsePolicy(`version: 1\ntests: { ${fields} }\n`);
  expect(mayBeTestReport(tests, name)).toBe(expected);
});
