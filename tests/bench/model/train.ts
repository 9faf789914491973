// Trains the model that comes with Prunella on labelled logs and on the examples of the built-in rules:
//   node tests/bench/model/train.ts --data DIR [--version NAME] [--created-at ISO] [--kind linear] [--out FILE]
// and then: node libs/model/embed-builtin.mjs
// DIR: a folder a set, as for bench:diagnosis. The figures in the file are those of projects left out, 5 folds.
// The same data, rules and names give the same file, byte for byte.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encodeModel, MODEL_KINDS, type Model, type Provenance, train } from '@prunella/model';
import { builtinPacks } from '@prunella/rules';
import { readItems } from '../diagnosis/datasets.ts';
import { seededRandom } from '../diagnosis/random.ts';
import { foldOf } from '../diagnosis/split.ts';
import { examplesOf, examplesOfRules, figuresOf, labelledOf, measure, shortFigures } from './measure.ts';

const FOLDS = 5;
const SEED = 11;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    version: { type: 'string' },
    'created-at': { type: 'string' },
    kind: { type: 'string', default: 'linear' },
    out: {
      type: 'string',
      default: fileURLToPath(new URL('../../../libs/model/builtin/causes.model', import.meta.url)),
    },
  },
});
const kind = MODEL_KINDS.find((known) => known === values.kind);
if (values.data === undefined || kind === undefined) {
  process.stderr.write(`train: expected --data DIR with labelled logs, and --kind ${MODEL_KINDS.join(' | ')}\n`);
  process.exit(2);
}

const createdAt = values['created-at'] ?? new Date().toISOString();
const version = values.version ?? `${kind}-${createdAt.slice(0, 10)}`;
const labelled = labelledOf(readItems(values.data));
const ours = examplesOfRules(builtinPacks().flatMap(({ rules }) => rules));
const sets = [...Map.groupBy(labelled, ({ item }) => item.set)];
const data = [
  ...sets.map(([set, list]) => `${set}: ${list.length} labelled logs`),
  `built-in rules: ${ours.length} example lines`,
];

const measured = Array.from({ length: FOLDS }, (_, fold) => {
  const seen = labelled.filter(({ item }) => foldOf(item, FOLDS) !== fold);
  return measure(
    trained(seen, { version, createdAt, data, metrics: {} }),
    labelled.filter(({ item }) => foldOf(item, FOLDS) === fold),
  );
});
const metrics = shortFigures(figuresOf(measured.flatMap(({ verdicts }) => verdicts)));
const file = encodeModel(trained(labelled, { version, createdAt, data, metrics }));
mkdirSync(dirname(values.out), { recursive: true });
writeFileSync(values.out, file);
process.stdout.write(`${values.out}: ${file.length} bytes, ${JSON.stringify(metrics)}\n`);

function trained(seen: typeof labelled, provenance: Provenance): Model {
  return train([...examplesOf(seen), ...ours], { ...provenance, kind, random: seededRandom(SEED) });
}
