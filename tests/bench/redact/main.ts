// Holds redaction against the corpus of secrets and against real logs, ours beside the rules of secretlint (ADR 0043):
//   npm run bench:redact -- [--data DIR]
// DIR: a folder with logs, `.log` or `.txt`, gzipped or not, at any depth; the first 30 MB of them are taken. Processor time, as a ratio to ours.
import { parseArgs } from 'node:util';
import { redact } from '@prunella/signals';
import { type Case, corpus, leftOf } from '../../support/secrets/corpus.ts';
import { HARMLESS } from '../../support/secrets/harmless.ts';
import { maker } from '../../support/secrets/made-up.ts';
import { logsIn } from '../scan/corpus.ts';
import { redactByLibrary } from './library.ts';

const MOST_BYTES = 30e6;
type Way = (text: string) => string | Promise<string>;
const WAYS: readonly (readonly [string, Way])[] = [
  ['ours', redact],
  ['secretlint', redactByLibrary],
  ['both', (text) => redactByLibrary(redact(text))],
];

const { values } = parseArgs({ options: { data: { type: 'string' } } });
const logs = takenFrom(logsIn(values.data).map((log) => Buffer.from(log).toString('utf8')));
let ours: number | undefined;
for (const [name, way] of WAYS) {
  const found = await recall(way);
  const began = process.cpuUsage();
  const changed = await changedLines(way);
  const { user, system } = process.cpuUsage(began);
  ours ??= user + system;
  const figures = [
    ...found,
    `harmless changed ${await harmed(way)} of ${HARMLESS.length}`,
    `${changed} lines of logs changed per 1,000`,
  ];
  process.stdout.write(`${name}: ${figures.join(', ')}, time ${((user + system) / ours).toFixed(2)}\n`);
}

/** So many cases of each kind of which nothing is left. */
async function recall(way: Way): Promise<string[]> {
  const cases = corpus();
  const counts = new Map<Case['kind'], { all: number; found: number }>();
  for (const { kind, text, secrets } of cases) {
    const out = await way(text);
    const count = counts.get(kind) ?? { all: 0, found: 0 };
    count.all += 1;
    if (secrets.every((secret) => leftOf(secret, out) === undefined)) count.found += 1;
    counts.set(kind, count);
  }
  return [...counts].map(([kind, { all, found }]) => `${kind} ${found} of ${all}`);
}

async function harmed(way: Way): Promise<number> {
  const make = maker(3);
  let count = 0;
  for (const [, line] of HARMLESS) {
    const text = line(make);
    if ((await way(text)) !== text) count += 1;
  }
  return count;
}

async function changedLines(way: Way): Promise<string> {
  let [all, changed] = [0, 0];
  for (const log of logs) {
    const [before, after] = [log.split('\n'), (await way(log)).split('\n')];
    all += before.length;
    changed += before.filter((line, index) => line !== after[index]).length;
  }
  return ((changed / all) * 1_000).toFixed(3);
}

function takenFrom(all: readonly string[]): string[] {
  let room = MOST_BYTES;
  return all.filter(({ length }) => {
    room -= length;
    return room + length > 0;
  });
}
