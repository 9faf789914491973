import { readdirSync } from 'node:fs';
import { causes } from '@prunella/contracts';
import { toLines } from '@prunella/signals';
import { builtinPacks, builtinPackTexts } from './builtin.ts';
import { matchRules, type RuleMatch } from './match-rules.ts';
import { parseRulePack } from './parse-pack.ts';
import { compileRules } from './rule-set.ts';
import type { Example } from './schema.ts';

const packs = builtinPacks();
const set = compileRules(packs);

function matchesOf(example: Example): RuleMatch[] {
  if (typeof example === 'string') return matchRules(set, { lines: toLines(example), metrics: {} });
  return matchRules(set, { lines: [], error: { ...example, stack: '' }, metrics: {} });
}

const ids = (example: Example) => matchesOf(example).map(({ rule }) => rule.id);
const named = (kind: 'match' | 'no_match') =>
  set.rules.flatMap((rule) => rule.examples[kind].map((example) => [rule.id, example] as const));

describe('the built-in rules', () => {
  it('are embedded from all files of the folder', () => {
    const files = readdirSync(new URL('../builtin', import.meta.url)).filter((name) => name.endsWith('.yaml'));
    expect(packs.map(({ name }) => name)).toEqual(files.sort().map((name) => `builtin/${name}`));
  });

  it('are what a reader of their files finds, without a problem', () => {
    expect(builtinPackTexts().map(({ name, yaml }) => parseRulePack(name, yaml))).toEqual(packs);
  });

  it('have ids that no other pack uses', () => {
    expect(set.rules).toHaveLength(packs.flatMap(({ rules }) => rules).length);
  });

  it('know every cause but the one that means that nothing is known', () => {
    const known = new Set(set.rules.map(({ cause }) => cause));
    expect(causes.filter((cause) => !known.has(cause))).toEqual(['unknown']);
  });

  it.each(named('match'))('%s wins its example %j', (id, example) => {
    expect(ids(example)[0]).toBe(id);
  });

  it.each(named('no_match'))('%s stays silent on %j', (id, example) => {
    expect(ids(example)).not.toContain(id);
  });

  it.each(causes.filter((cause) => cause !== 'unknown'))('understand %s as the type of a reported error', (cause) => {
    expect(matchesOf({ type: cause, message: '' })[0]?.rule.cause).toBe(cause);
  });

  it('leave what is broken by the change to humans', () => {
    const code = new Set(['compile_error', 'lint', 'test_failure', 'config_error', 'crash']);
    const wrong = set.rules.filter(({ cause, action }) => code.has(cause) && action.type !== 'notify_human');
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  const backoff = (attempts: number, firstDelay: string) => ({
    type: 'retry_with_backoff',
    parameters: { attempts, firstDelay, factor: 2 },
  });
  it.each([
    ['Connection timed out', 'network', backoff(3, '5s')],
    ['Connection timeout', 'network', backoff(3, '5s')],
    ['read ECONNRESET', 'network', backoff(3, '5s')],
    ['getaddrinfo ENOTFOUND registry.example.org', 'network', backoff(3, '5s')],
    ['GET https://registry.example.org/x: 502 Bad Gateway', 'network', backoff(3, '5s')],
    ['Database connection failed', 'service_unavailable', backoff(5, '10s')],
    ['Out of memory', 'oom', { type: 'scale_resources', parameters: { resource: 'memory', factor: 1.5 } }],
    ['Flaky test detected', 'flaky_test', { type: 'skip_test', parameters: { notify: '#flaky-tests' } }],
    [
      'Deployment error rate above threshold',
      'error_rate',
      { type: 'rollback', parameters: { strategy: 'immediate', verify: true } },
    ],
    [
      'Image pull failed: registry unreachable',
      'image_pull',
      { type: 'notify_human', parameters: { team: 'platform', urgency: 'high' } },
    ],
  ])('%s: %s', (message, cause, action) => {
    const [best] = matchesOf({ type: '', message });
    expect(best).toMatchObject({ rule: { cause }, action });
  });

  it.each([
    [0.95, 1.5],
    [0.96, 2],
  ])('memory in use %d: out of memory asks for %d times as much', (memory, factor) => {
    const [best] = matchRules(set, { lines: toLines('OOMKilled'), metrics: { memory } });
    expect(best?.action.parameters).toEqual({ resource: 'memory', factor });
  });
});
