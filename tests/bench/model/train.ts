// Trains what comes with Prunella, the model of causes and the weights of arbitration, on labelled logs and on the
// examples of the built-in rules:
//   npm run train:diagnosis -- --data DIR [--version NAME] [--created-at ISO] [--kind linear]
// DIR: a folder a set, as for bench:diagnosis. The figures in the file are those of projects left out, 5 folds.
// The same data, rules and names give the same file, byte for byte.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from '@prunella/core';
import type { ArbitrationWeights } from '@prunella/diagnosis';
import { encodeModel, MODEL_KINDS, type Model, type Provenance, train } from '@prunella/model';
import { builtinPacks, compileRules } from '@prunella/rules';
import { readItems } from '../diagnosis/datasets.ts';
import { fitArbitration } from '../diagnosis/fit-arbitration.ts';
import { figuresOf } from '../diagnosis/score.ts';
import { foldOf } from '../diagnosis/split.ts';
import { study } from '../diagnosis/study.ts';
import { examplesOf, examplesOfRules, measure, shortFigures } from './measure.ts';

const MODEL = fileURLToPath(new URL('../../../libs/model/builtin/causes.model', import.meta.url));
const WEIGHTS = fileURLToPath(new URL('../../../libs/diagnosis/src/arbitration-weights.ts', import.meta.url));
const FOLDS = 5;
const SEED = 11;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    version: { type: 'string' },
    'created-at': { type: 'string' },
    kind: { type: 'string', default: 'linear' },
  },
});
const kind = MODEL_KINDS.find((known) => known === values.kind);
if (values.data === undefined || kind === undefined) {
  process.stderr.write(`train: expected --data DIR with labelled logs, and --kind ${MODEL_KINDS.join(' | ')}\n`);
  process.exit(2);
}

const createdAt = values['created-at'] ?? new Date().toISOString();
const version = values.version ?? `${kind}-${createdAt.slice(0, 10)}`;
const rules = compileRules(builtinPacks());
const studied = readItems(values.data)
  .filter(({ cause }) => cause !== undefined)
  .map((item) => study(item, rules));
const ours = examplesOfRules(rules.rules);
const sets = [...Map.groupBy(studied, ({ item }) => item.set)];
const data = [
  ...sets.map(([set, list]) => `${set}: ${list.length} labelled logs`),
  `built-in rules: ${ours.length} example lines`,
];

const folds = Array.from({ length: FOLDS }, (_, fold) => {
  const seen = studied.filter(({ item }) => foldOf(item, FOLDS) !== fold);
  const model = trained(seen, { version, createdAt, data, metrics: {} });
  return {
    model,
    measured: measure(
      model,
      studied.filter(({ item }) => foldOf(item, FOLDS) === fold),
    ),
  };
});
const metrics = shortFigures(figuresOf(folds.flatMap(({ measured }) => measured.verdicts)));
const file = encodeModel(trained(studied, { version, createdAt, data, metrics }));
mkdirSync(dirname(MODEL), { recursive: true });
writeFileSync(MODEL, file);
const weights = fitArbitration(studied, (item) => folds[foldOf(item, FOLDS)]?.model);
writeFileSync(WEIGHTS, withWeights(readFileSync(WEIGHTS, 'utf8'), weights));
process.stdout.write(`${file.length} bytes, ${JSON.stringify(metrics)}, ${JSON.stringify(weights)}\n`);

function trained(seen: typeof studied, provenance: Provenance): Model {
  return train([...examplesOf(seen), ...ours], { ...provenance, kind, random: seededRandom(SEED) });
}

/** The module with other weights; what it says about them stays. */
function withWeights(module: string, { rule, guess }: ArbitrationWeights): string {
  const written = (values: Record<string, number>) =>
    `{ ${Object.entries(values)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ')} }`;
  const start = module.indexOf('export const WEIGHTS');
  return `${module.slice(0, start)}export const WEIGHTS: ArbitrationWeights = {\n  rule: ${written(rule)},\n  guess: ${written(guess)},\n};\n`;
}
