import { compileRules, createScanner, lintPacks, parseRulePack, RulePackError, testPacks } from '@prunella/rules';
import { filesIn } from '../inputs/files.ts';
import { yamlBombs, yamlBytes } from '../inputs/yaml.ts';
import { bytesOf, type Target, textOf } from '../target.ts';

/** What POST /v1/rules/try takes. */
const MOST = 128 * 1024;
const seeds = filesIn('libs/rules/builtin', '.yaml');
const LOG = bytesOf(
  'Error: connect ETIMEDOUT 10.0.0.7:443\n##[error]Process completed with exit code 1.\naaaaaaaaaaaaaaaaaaaaaaaa!\n',
);

const ruleWith = (pattern: string) => () =>
  bytesOf(
    `rules: [{id: a, cause: network, says: Something long enough., match: {log: [${JSON.stringify(pattern)}]}, transient: 1, confidence: 1, action: {type: retry}, examples: {match: [abc]}}]`,
  );

export const targets: readonly Target[] = [
  {
    name: 'rules/pack',
    reads: 'packs of rules: PRUNELLA_RULES_DIR, POST /v1/rules/try, prunella rules',
    doors: ['decoder:libs/rules/src/pack-source.ts'],
    seeds: () => seeds,
    inputs: yamlBytes(seeds),
    bombs: {
      ...yamlBombs(MOST),
      'repeats in repeats': ruleWith(`abc${'('.repeat(8)}x{1,9}${'){1,9}'.repeat(8)}`),
      'a thousand repeats': ruleWith('abc(?:a{1,1000}){1,1000}'),
      'alternatives in alternatives': ruleWith(`abc${'(?:a|b)'.repeat(140)}`),
      'classes of all letters': ruleWith(`abc${'(?i)[\\pL\\pN]*'.repeat(70)}`),
      'deep groups': ruleWith(`abc${'('.repeat(450)}${')'.repeat(450)}`),
      'optional letters': ruleWith(`abc${'a?'.repeat(300)}${'a'.repeat(300)}`),
    },
    read(bytes) {
      const yaml = textOf(bytes);
      const scan = createScanner(compileRules([parseRulePack('mine.yaml', yaml)])).begin();
      scan.write(LOG);
      // What `prunella rules test` and `rules lint` do with it.
      const packs = [{ name: 'mine.yaml', yaml }];
      return { scan: scan.end(), tests: testPacks([], packs), lint: lintPacks([], packs) };
    },
    errors: [RulePackError],
  },
];
