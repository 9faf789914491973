import { PolicyError, parsePolicy, policyInWords, policyLines } from '@prunella/policy';
import { PolicyText } from '../../../services/auditor/src/api/policy.controller.ts';
import { withoutSecrets } from '../../../services/auditor/src/policy/without-secrets.ts';
import { filesIn, yamlInDocs } from '../inputs/files.ts';
import { yamlBombs, yamlBytes } from '../inputs/yaml.ts';
import { holds, type Target, textOf } from '../target.ts';

const NOW = Date.UTC(2026, 2, 1);
const MOST = PolicyText.maxLength ?? 0;
const seeds = [
  ...filesIn('examples', 'prunella.yaml'),
  ...filesIn('deploy/docker/config', '.yaml'),
  ...yamlInDocs(/^version: 1/m),
];

export const targets: readonly Target[] = [
  {
    name: 'policy/file',
    reads: 'prunella.yaml, and what people ask POST /v1/policy/check about',
    doors: ['decoder:libs/policy/src/parse-policy.ts'],
    seeds: () => seeds,
    inputs: yamlBytes(seeds),
    bombs: yamlBombs(MOST),
    read(bytes) {
      const text = textOf(bytes);
      const shown = withoutSecrets(text);
      const lineOf = policyLines(text);
      const says = policyInWords(parsePolicy(text), NOW).flatMap(({ sentences }) => sentences);
      return { text, shown, lines: says.map(({ at }) => lineOf(at)) };
    },
    errors: [PolicyError],
    holds(value) {
      const { text, lines } = value as { text: string; lines: (number | undefined)[] };
      const most = text.split('\n').length;
      holds(
        lines.every((line) => line === undefined || (line >= 1 && line <= most)),
        'lines that are there',
      );
    },
  },
];
