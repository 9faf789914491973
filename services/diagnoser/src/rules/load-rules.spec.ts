import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@prunella/core';
import { builtinPacks, RulePackError } from '@prunella/rules';
import { loadRules } from './load-rules.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prunella-rules-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const OWN_RULE = `
rules:
  - id: our-mirror
    cause: network
    says: Our own package mirror did not answer.
    match: { log: ['mirror\\.example\\.com unreachable'] }
    transient: 0.9
    confidence: 0.95
    action: { type: retry, parameters: { attempts: 2 } }
    examples: { match: ['mirror.example.com unreachable'] }
`;

describe('loadRules', () => {
  it('puts the rules of the folder after the built-in ones', () => {
    writeFileSync(join(folder, 'ours.yaml'), OWN_RULE);
    writeFileSync(join(folder, 'README.md'), 'no rules');
    const ids = loadRules(folder).rules.map((rule) => rule.id);
    expect(ids).toEqual([...builtinPacks().flatMap((pack) => pack.rules.map((rule) => rule.id)), 'our-mirror']);
  });

  it('lets a rule of the folder replace a built-in one', () => {
    const [first] = builtinPacks()[0]?.rules ?? [];
    writeFileSync(join(folder, 'ours.yml'), OWN_RULE.replace('our-mirror', first?.id ?? ''));
    const rules = loadRules(folder).rules;
    expect(rules.filter((rule) => rule.id === first?.id)).toMatchObject([
      { says: 'Our own package mirror did not answer.' },
    ]);
  });

  it('stops at a broken pack, with its name and line', () => {
    writeFileSync(join(folder, 'broken.yaml'), OWN_RULE.replace('cause: network', 'cause: gremlins'));
    expect(() => loadRules(folder)).toThrow(RulePackError);
    expect(() => loadRules(folder)).toThrow(/broken\.yaml:4:\d+: .*our-mirror/);
  });

  it('stops at a folder that is not there', () => {
    expect(() => loadRules(join(folder, 'missing'))).toThrow(ConfigError);
  });

  it('needs no folder', () => {
    expect(loadRules(undefined).rules.length).toBeGreaterThan(0);
  });
});
