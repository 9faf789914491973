// Compares the kinds of models on failures of projects, and of whole sets, that they had not seen:
//   node tests/bench/model/compare.ts --data DIR [--kind KIND]... [--quick] [--json] [--developing]
// DIR: a folder a set, as for bench:diagnosis. --quick: no whole sets. --developing: only projects that may be looked at.
// Causes are judged without rules: how good the classifier is by itself.
import { parseArgs } from 'node:util';
import { seededRandom } from '@prunella/core';
import { decodeModel, encodeModel, MODEL_KINDS, type ModelKind, train } from '@prunella/model';
import { builtinPacks } from '@prunella/rules';
import { readItems } from '../diagnosis/datasets.ts';
import { foldOf, isUnread } from '../diagnosis/split.ts';
import { examplesOf, examplesOfRules, figuresOf, type Labelled, labelledOf, measure, shortFigures } from './measure.ts';

const FOLDS = 5;
const SEED = 11;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    kind: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    developing: { type: 'boolean' },
  },
});
if (values.data === undefined) {
  process.stderr.write('compare: expected --data DIR with labelled logs, found none\n');
  process.exit(2);
}

const labelled = labelledOf(readItems(values.data).filter((item) => !values.developing || !isUnread(item)));
const ours = examplesOfRules(builtinPacks().flatMap(({ rules }) => rules));
const kinds = MODEL_KINDS.filter((kind) => values.kind === undefined || values.kind.includes(kind));
process.stderr.write(`${labelled.length} labelled logs, ${ours.length} example lines of rules\n`);

const rows = kinds.flatMap((kind) => [
  leaveOut(kind, `projects, ${FOLDS} folds`, ({ item }) => String(foldOf(item, FOLDS))),
  ...(values.quick ? [] : [leaveOut(kind, 'sets', ({ item }) => item.set)]),
  ...(values.developing ? [] : [leaveOut(kind, 'unread third', ({ item }) => (isUnread(item) ? 'unread' : undefined))]),
]);
if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else
  for (const row of rows)
    process.stdout.write(
      `${Object.entries(row)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}\n`,
    );

/** Judges each group by a model that was trained on all others; what has no group is only trained on. */
function leaveOut(kind: ModelKind, what: string, groupOf: (one: Labelled) => string | undefined) {
  const groups = [...new Set(labelled.map(groupOf))].filter((group) => group !== undefined);
  let trainMs = 0;
  let loadMs = 0;
  let bytes = 0;
  const parts = groups.map((group) => {
    const start = performance.now();
    const seen = examplesOf(labelled.filter((one) => groupOf(one) !== group));
    const model = train([...seen, ...ours], {
      ...{ kind, random: seededRandom(SEED), version: 'compared', createdAt: '', data: [], metrics: {} },
    });
    trainMs += performance.now() - start;
    const file = encodeModel(model);
    bytes = file.length;
    const read = performance.now();
    // What is measured is what a file gives, small steps of its weights included.
    const loaded = decodeModel('compared', file);
    loadMs = Math.max(loadMs, performance.now() - read);
    return measure(
      loaded,
      labelled.filter((one) => groupOf(one) === group),
    );
  });
  const times = parts.flatMap((part) => part.times).sort((a, b) => a - b);
  return {
    kind,
    'left out': what,
    ...shortFigures(figuresOf(parts.flatMap(({ verdicts }) => verdicts))),
    'train s': Math.round(trainMs / groups.length / 100) / 10,
    'load ms': Math.round(loadMs),
    'median ms': Math.round((times[Math.floor(times.length / 2)] ?? 0) * 100) / 100,
    'p99 ms': Math.round((times[Math.floor(times.length * 0.99)] ?? 0) * 100) / 100,
    'file KB': Math.round(bytes / 1_000),
  };
}
