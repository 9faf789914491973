import { isMainBranch, looksAt } from './anomalies.ts';
import { parsePolicy } from './parse-policy.ts';

const run = { platform: 'github', repository: 'acme/shop', pipelineId: 'acme/shop/ci.yml', branch: 'main' };

function settings(fields: string) {
  return parsePolicy(`version: 1\nanomalies: { ${fields} }\n`).anomalies;
}

it('has defaults, durations in milliseconds', () => {
  expect(parsePolicy('').anomalies).toMatchObject({ enabled: true, samples: 10, ratio: 3, leastMore: 30_000 });
});

it.each`
  fields                                                                                           | series     | expected
  ${''}                                                                                            | ${'build'} | ${true}
  ${'enabled: false'}                                                                              | ${'build'} | ${false}
  ${'match: [{ repository: acme/* }]'}                                                             | ${'build'} | ${true}
  ${'match: [{ repository: other/* }]'}                                                            | ${'build'} | ${false}
  ${'match: [{ repository: other/* }, { pipeline: "**/ci.yml", branch: main, platform: github }]'} | ${'build'} | ${true}
  ${'match: [{ pipeline: "**/ci.yml", branch: dev }]'}                                             | ${'build'} | ${false}
  ${'match: [{ series: [test, build] }]'}                                                          | ${'build'} | ${true}
  ${'ignore: [{ series: "build*" }]'}                                                              | ${'build'} | ${false}
  ${'ignore: [{ series: "build*" }]'}                                                              | ${'test'}  | ${true}
`('{ $fields } looks at $series: $expected', ({ fields, series, expected }) => {
  expect(looksAt(settings(fields), run, series)).toBe(expected);
});

it('knows main branches by globs', () => {
  expect(['main', 'trunk', 'release/1', ''].map((branch) => isMainBranch(settings(''), branch))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(isMainBranch(settings('mainBranches: ["release/*"]'), 'release/1')).toBe(true);
});

it.each`
  fields                         | says
  ${'samples: 1'}                | ${'anomalies.samples'}
  ${'leastMore: 2d'}             | ${'expected a duration from 0s to 1d'}
  ${'ratio: 2, leastRatio: 2.5'} | ${'expected leastRatio to be at most ratio'}
  ${'match: [{}]'}               | ${'expected at least one of platform'}
  ${'sensitvity: 0.1'}           | ${'sensitivity'}
`('{ $fields } is refused: $says', ({ fields, says }) => {
  expect(() => settings(fields)).toThrow(says);
});
