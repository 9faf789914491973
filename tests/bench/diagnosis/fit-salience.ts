// Fits how much each feature of a line counts for what people marked as the explanation, and writes the weights:
//   node tests/bench/diagnosis/fit-salience.ts --data DIR
// Logistic regression by AdaGrad: each log counts the same, each project with the root of its logs. Without --data
// nothing can be fitted.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seededRandom } from '@prunella/core';
import { features, SALIENCE_FEATURES, toLines } from '@prunella/signals';
import { type Item, readItems } from './datasets.ts';

const EPOCHS = 12;
const RATE = 0.3;
const L2 = 0.05;
/** So many lines of a log at most teach what is not worth reading, and so many what is. */
const MOST_DULL = 300;
const MOST_TELLING = 40;

interface Example {
  names: readonly string[];
  telling: 0 | 1;
  weight: number;
}

export function fitSalience(items: readonly Item[], seed = 7): Record<string, number> {
  const random = seededRandom(seed);
  const perProject = Map.groupBy(items, ({ project }) => project);
  const examples = items.flatMap((item) =>
    examplesOf(item, 1 / Math.sqrt(perProject.get(item.project)?.length ?? 1), random),
  );
  const weights = new Map<string, number>(SALIENCE_FEATURES.map((name) => [name, 0]));
  const squares = new Map<string, number>();
  let bias = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    shuffle(examples, random);
    for (const { names, telling, weight } of examples) {
      const sum = names.reduce((total, name) => total + (weights.get(name) ?? 0), bias);
      const slope = (1 / (1 + Math.exp(-sum)) - telling) * weight;
      bias -= 0.01 * slope;
      for (const name of names) {
        const gradient = slope + L2 * (weights.get(name) ?? 0);
        const square = (squares.get(name) ?? 1e-8) + gradient ** 2;
        squares.set(name, square);
        weights.set(name, (weights.get(name) ?? 0) - (RATE * gradient) / Math.sqrt(square));
      }
    }
  }
  return Object.fromEntries([...weights].map(([name, value]) => [name, Math.round(value * 100) / 100]));
}

function examplesOf(item: Item, weight: number, random: () => number): Example[] {
  const written = toLines(item.text()).filter(({ text }) => text.trim() !== '');
  const rows = features(written).map(({ at, names }) => ({
    names: [...names] as readonly string[],
    telling: item.explained.some(([from, to]) => (written[at]?.line ?? 0) >= from && (written[at]?.line ?? 0) <= to),
  }));
  const telling = rows.filter((row) => row.telling).slice(0, MOST_TELLING);
  const dull = rows.filter((row) => !row.telling);
  const some = dull.filter(() => random() < MOST_DULL / dull.length);
  return [
    ...telling.map(({ names }) => ({ names, telling: 1 as const, weight: (50 * weight) / telling.length })),
    ...some.map(({ names }) => ({ names, telling: 0 as const, weight: (150 * weight) / some.length })),
  ];
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other] as T, list[at] as T];
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === undefined) {
    process.stderr.write('fit-salience: expected --data DIR with labelled logs\n');
    process.exit(2);
  }
  const items = readItems(values.data).filter(({ explained }) => explained.length > 0);
  const weights = fitSalience(items);
  const lines = Object.entries(weights).map(
    ([name, value]) => `  ${/^\w+$/.test(name) ? name : `'${name}'`}: ${value},`,
  );
  const provenance = [...Map.groupBy(items, ({ set }) => set)].map(([set, list]) => `${set} ${list.length}`).join(', ');
  writeFileSync(
    new URL('../../../libs/signals/src/salience-weights.ts', import.meta.url),
    [
      `// Written by tests/bench/diagnosis/fit-salience.ts from the lines that people marked in failed logs (${provenance}).`,
      '/** How much each feature of a line counts. */',
      'export const WEIGHTS: Readonly<Record<string, number>> = {',
      ...lines,
      '};',
      '',
    ].join('\n'),
  );
}
