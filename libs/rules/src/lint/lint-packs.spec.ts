import { stringify } from 'yaml';
import { builtinPackTexts, type PackText } from '../builtin.ts';
import { describeProblem } from '../rule-pack-error.ts';
import type { LintFinding } from './finding.ts';
import { lintPacks } from './lint-packs.ts';
import { testPacks } from './test-packs.ts';

const RULE = {
  id: 'mirror-away',
  cause: 'network',
  says: 'The package mirror did not answer.',
  match: { log: ['mirror\\.example\\.com unreachable'] },
  transient: 0.9,
  confidence: 0.9,
  action: { type: 'retry' },
  examples: { match: ['mirror.example.com unreachable'] },
};

function pack(name: string, ...rules: object[]): PackText {
  return {
    name,
    yaml: stringify({ rules: rules.map((rule) => ({ ...RULE, ...rule })) }, { aliasDuplicateObjects: false }),
  };
}

function brief({ pack: name, severity, check, path }: LintFinding): string {
  return `${name} ${severity} ${check} ${path}`;
}

describe('linting', () => {
  it('finds nothing in a sound rule', () => {
    expect(lintPacks([], [pack('own.yaml', {})])).toEqual([]);
  });

  it('finds nothing to mend in the built-in rules', () => {
    const problems = lintPacks(builtinPackTexts(), []).filter(({ severity }) => severity === 'problem');
    expect(problems.map((problem) => describeProblem(problem.pack, problem))).toEqual([]);
  });

  it.each`
    rule                                                                                                 | finding
    ${{ confidence: 1 }}                                                                                 | ${'problem certainty rules[0].confidence'}
    ${{ transient: 0.1 }}                                                                                | ${'problem transient rules[0].transient'}
    ${{ action: { type: 'notify_human' } }}                                                              | ${'warning transient rules[0].transient'}
    ${{ cause: 'lint' }}                                                                                 | ${'problem code-rerun rules[0].action.type'}
    ${{ match: { log: ['unreachable|(?i)failed'] } }}                                                    | ${'problem too-general rules[0].match.log[0]'}
    ${{ match: { log: ['example\\.com', 'Exception$'] } }}                                               | ${'warning too-general rules[0].match.log[1]'}
    ${{ match: { log: ['unreachable', 'unreachable'] } }}                                                | ${'warning shadowed rules[0].match.log[1]'}
    ${{ match: { log: ['unreachable', '(a'] } }}                                                         | ${'problem pack rules[0].match.log[1]'}
    ${{ match: { log: ['(?!a)unreachable'] } }}                                                          | ${'problem pack rules[0].match.log[0]'}
    ${{ match: { log: ['.*'] } }}                                                                        | ${'problem pack rules[0].match.log[0]'}
    ${{ cause: 'gremlins' }}                                                                             | ${'problem pack rules[0].cause'}
    ${{ examples: { match: ['mirror.example.org unreachable'] } }}                                       | ${'problem example rules[0].examples.match[0]'}
    ${{ examples: { match: RULE.examples.match, no_match: ['a', 'b mirror.example.com unreachable'] } }} | ${'problem example rules[0].examples.no_match[1]'}
  `('finds in $rule: $finding', ({ rule, finding }: { rule: object; finding: string }) => {
    expect(lintPacks([], [pack('own.yaml', rule)]).map(brief)).toContain(`own.yaml ${finding}`);
  });

  it('does not take an excluded line for too general', () => {
    const general = { match: { log: ['unreachable|failed'] }, exclude: ['(?i)^(?:command )?failed|\\d failed'] };
    expect(lintPacks([], [pack('own.yaml', general)])).toEqual([]);
  });

  it('names the line of the file', () => {
    const [finding] = lintPacks([], [pack('own.yaml', {}, { id: 'sure', match: { log: ['x-42'] }, confidence: 1 })]);
    const lines = pack('own.yaml', {}, { id: 'sure', match: { log: ['x-42'] }, confidence: 1 }).yaml.split('\n');
    expect(lines[(finding?.line ?? 0) - 1]).toContain('confidence: 1');
    expect(finding?.ruleId).toBe('sure');
  });

  it('says of a pattern that another rule has, who wins; of a rule without any other, that it is useless', () => {
    const weaker = { id: 'weaker', confidence: 0.5, examples: { match: ['another thing'] } };
    const [only] = lintPacks([], [pack('own.yaml', {}, weaker)]).filter(({ check }) => check === 'shadowed');
    expect(only).toMatchObject({ severity: 'problem', ruleId: 'weaker', says: expect.stringContaining('mirror-away') });
    const more = { ...weaker, match: { log: [...RULE.match.log, 'another thing'] } };
    const [one] = lintPacks([], [pack('own.yaml', {}, more)]);
    expect(one).toMatchObject({ severity: 'warning', check: 'shadowed', path: 'rules[1].match.log[0]' });
  });

  it('says which built-in rule is replaced, and nothing about that one', () => {
    const builtin = pack('builtin/x.yaml', { confidence: 1 });
    const found = lintPacks([builtin], [pack('own.yaml', {})]);
    expect(found.map(brief)).toEqual(['own.yaml info replaces rules[0].id']);
    expect(found[0]?.says).toContain('built-in rule of builtin/x.yaml');
  });

  it('tells the own rule that takes over what a built-in one knew', () => {
    const own = { id: 'greedy', match: { log: ['example\\.com unreach'] }, confidence: 0.95 };
    const found = lintPacks([pack('builtin/x.yaml', {})], [pack('own.yaml', own)]);
    expect(found.map(brief)).toEqual(['own.yaml warning example rules[0].confidence']);
    expect(found[0]?.says).toContain('mirror-away');
  });

  it('tells that once, however much the rule takes over', () => {
    const other = {
      id: 'other',
      match: { log: ['quite another thing'] },
      examples: { match: ['quite another thing'] },
    };
    const own = {
      id: 'greedy',
      match: { log: ['mirror|another'] },
      confidence: 0.95,
      examples: { match: ['a mirror'] },
    };
    const [found, ...more] = lintPacks([pack('builtin/x.yaml', {}, other)], [pack('own.yaml', own)]);
    expect([found?.says, more]).toEqual([expect.stringContaining('2 examples of 2 built-in rules in all'), []]);
  });

  it('goes on beside a pack that can not be read', () => {
    const found = lintPacks([], [{ name: 'broken.yaml', yaml: 'rules: [' }, pack('own.yaml', { confidence: 1 })]);
    expect([...new Set(found.map(({ pack: name }) => name))]).toEqual(['broken.yaml', 'own.yaml']);
  });
});

describe('testing', () => {
  it('shows each example to all rules, with its place', () => {
    const rival = { id: 'rival', confidence: 0.95, examples: { match: ['mirror.example.com unreachable'] } };
    const { examples, refused } = testPacks([pack('builtin/x.yaml', {})], [pack('own.yaml', rival)]);
    expect(refused).toEqual([]);
    expect(examples).toMatchObject([
      { pack: 'builtin/x.yaml', ruleId: 'mirror-away', passed: false, says: expect.stringContaining('found rival') },
      { pack: 'own.yaml', ruleId: 'rival', passed: true, path: 'rules[0].examples.match[0]' },
    ]);
  });

  it('leaves out rules that are replaced and packs that can not be read', () => {
    const packs = [pack('own.yaml', {}), { name: 'broken.yaml', yaml: 'rules: 7' }];
    const { examples, refused } = testPacks([pack('builtin/x.yaml', {})], packs);
    expect(examples.map(({ pack: name }) => name)).toEqual(['own.yaml']);
    expect(refused.map(({ pack: name }) => name)).toEqual(['broken.yaml']);
  });
});
