import { parseRulePack } from './parse-pack.ts';
import { RulePackError } from './rule-pack-error.ts';

const GOOD = `rules:
  - id: boom
    cause: network
    says: Something went boom.
    match:
      log: ['boom+ happened']
    transient: 0.5
    confidence: 0.8
    action: { type: retry }
    examples:
      match: ['boom happened']
`;

function problemsOf(yaml: string) {
  try {
    parseRulePack('mine.yaml', yaml);
  } catch (error) {
    if (error instanceof RulePackError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseRulePack', () => {
  it('fills in what may be left out', () => {
    expect(parseRulePack('mine.yaml', GOOD)).toMatchObject({
      name: 'mine.yaml',
      rules: [{ id: 'boom', exclude: [], metrics: {}, action: { type: 'retry', parameters: {}, overrides: [] } }],
    });
  });

  it.each([
    ['an unknown key', GOOD.replace('transient:', 'transcient:'), 'rules[0].transcient', 7, 'transient'],
    ['an unknown cause', GOOD.replace('network', 'netwrok'), 'rules[0].cause', 3, 'network'],
    ['an unknown action', GOOD.replace('type: retry', 'type: retri'), 'rules[0].action.type', 9, 'retry'],
    ['a share above 1', GOOD.replace('0.8', '80'), 'rules[0].confidence', 8, undefined],
    ['look-around', GOOD.replace('boom+', '(?=boom)boom'), 'rules[0].match.log[0]', 6, undefined],
    ['a pattern without fixed text', GOOD.replace('boom+ happened', '.*x?'), 'rules[0].match.log[0]', 6, undefined],
    ['no example', GOOD.replace("['boom happened']", '[]'), 'rules[0].examples.match', 11, undefined],
    ['no pattern', GOOD.replace("['boom+ happened']", '[]'), 'rules[0].match', 6, undefined],
    ['an id twice', GOOD + GOOD.replace('rules:\n', ''), 'rules[1].id', 12, undefined],
  ])('refuses %s', (_name, yaml, path, line, nearest) => {
    const [first] = problemsOf(yaml).filter((problem) => problem.path === path);
    expect(first).toMatchObject({ path, ruleId: 'boom', line });
    expect(first?.nearest).toBe(nearest);
  });

  it.each([
    ['broken YAML', 'rules: [', ''],
    ['an alias', 'rules:\n  - &a { id: x }\n  - *a\n', ''],
    ['nothing', '', ''],
    ['no rule', 'rules: []', 'rules'],
    ['another document', 'hello', ''],
  ])('refuses %s', (_name, yaml, path) => {
    expect(problemsOf(yaml)[0]).toMatchObject({ path });
  });

  it.each`
    what                  | yaml
    ${'unknown keys'}     | ${Array.from({ length: 5_000 }, (_, at) => `k${at}: 1`).join('\n')}
    ${'rules of nothing'} | ${`rules:\n${'  - id: a\n'.repeat(5_000)}`}
    ${'aliases'}          | ${`rules: [&a x${', *a'.repeat(5_000)}]`}
    ${'broken brackets'}  | ${']\n'.repeat(5_000)}
  `('names a hundred problems of a text with thousands: $what', ({ yaml }) => {
    expect(problemsOf(yaml).length).toBeLessThanOrEqual(100);
    expect(problemsOf(yaml).length).toBeGreaterThan(0);
  });

  it('names every problem at once', () => {
    expect(problemsOf(GOOD.replace('network', 'x').replace('0.5', '5'))).toHaveLength(2);
  });
});
