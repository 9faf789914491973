// Measures how right diagnoses are on labelled logs, and how fast these are read:
//   npm run bench:diagnosis -- --data DIR [--json] [--quick]
// DIR: a folder a set, each with items.jsonl[.gz] and the logs it names; `datasets.ts` says what is read of them.
import { parseArgs } from 'node:util';
import { builtinPacks, compileRules } from '@prunella/rules';
import { logsIn } from '../scan/corpus.ts';
import { measureScan, printScan } from '../scan/measure.ts';
import { type Item, readItems } from './datasets.ts';
import { learn } from './learn.ts';
import { printSection, type Section, sectionOf } from './report.ts';
import { foldOf, isUnread } from './split.ts';
import { study } from './study.ts';
import { verdictOf } from './verdict.ts';

const FOLDS = 5;
const { values } = parseArgs({
  options: { data: { type: 'string' }, json: { type: 'boolean' }, quick: { type: 'boolean' } },
});
if (values.data === undefined) {
  process.stderr.write('bench:diagnosis: expected --data DIR with labelled logs, found none\n');
  process.exit(2);
}

const rules = compileRules(builtinPacks());
const studied = readItems(values.data)
  .filter(({ cause }) => cause !== undefined)
  .map((item) => study(item, rules));
if (studied.length === 0) {
  process.stderr.write(`bench:diagnosis: expected labelled logs in ${values.data}, found none\n`);
  process.exit(2);
}

const sections: Section[] = [];
const show = (section: Section): void => {
  sections.push(section);
  if (!values.json) for (const line of printSection(section)) process.stdout.write(`${line}\n`);
};

show(
  section(
    'projects that nobody looked at while rules were written; model and weights learnt from the others',
    (item) => (isUnread(item) ? 'unread' : undefined),
  ),
);
if (!values.quick) {
  show(section(`leave project out, ${FOLDS} folds`, (item) => String(foldOf(item, FOLDS))));
  show(section('leave set out', ({ set }) => set));
}
const scan = await measureScan(logsIn(values.data), { quick: values.quick ?? false });
if (values.json) {
  process.stdout.write(`${JSON.stringify({ rules: rules.rules.length, sections, scan }, null, 2)}\n`);
} else process.stdout.write(`${['', '## scanning', '', ...printScan(scan)].join('\n')}\n`);

/** Judges each item by what was learnt from all items of other groups; items of no group are only learnt from. */
function section(what: string, groupOf: (item: Item) => string | undefined): Section {
  const groups = new Set(studied.map(({ item }) => groupOf(item)).filter((group) => group !== undefined));
  const verdicts = [...groups].flatMap((group) => {
    const learnt = learn(
      studied.filter(({ item }) => groupOf(item) !== group),
      rules.rules,
    );
    return studied
      .filter(({ item }) => groupOf(item) === group)
      .map(({ item }) => verdictOf(item, { rules, ...learnt }));
  });
  return sectionOf(what, verdicts);
}
