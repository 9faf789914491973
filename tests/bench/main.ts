// What Prunella costs beside the raw limits of what it stands on, measured in the same minutes:
//   npm run bench -- [--only chain,scan,audit,start] [--quick] [--json | --markdown] [--write] [--profile DIR]
// Build first. `--write` puts the tables into docs/performance.md, `--markdown` prints them as they stand there. It ends with 1 when a target is missed. docs/performance.md says what the figures mean; the README of each folder, how they are measured.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAudit } from './audit/measure.ts';
import { auditPart } from './audit/report.ts';
import { measureChain } from './chain/measure.ts';
import { chainPart } from './chain/report.ts';
import { type Part, targetTable } from './report/part.ts';
import { section, withSections } from './report/sections.ts';
import { logsIn } from './scan/corpus.ts';
import { measureScan } from './scan/measure.ts';
import { scanPart } from './scan/report.ts';
import { measureStart } from './start/measure.ts';
import { startPart } from './start/report.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});

const DOCUMENT = new URL('../../docs/performance.md', import.meta.url);
const CHAIN = { chains: { ours: 1_000, raw: 2_500 }, rounds: 3, rates: [50, 200, 500], seconds: 10 };
const QUICK_CHAIN = { chains: { ours: 150, raw: 1_000 }, rounds: 3, rates: [50], seconds: 4 };

const PARTS: Record<string, () => Promise<Part>> = {
  chain: async () => chainPart(await measureChain(values.quick ? QUICK_CHAIN : CHAIN, values.profile)),
  scan: async () => scanPart(await measureScan(logsIn(undefined), { quick: true })),
  audit: async () => auditPart(await measureAudit(values.quick ? 1_000 : 4_000)),
  start: async () =>
    startPart(await measureStart(values.quick ? { rounds: 1, chains: 200 } : { rounds: 3, chains: 1_000 })),
};

const names = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = names.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  process.stderr.write(
    `bench: --only: expected some of ${Object.keys(PARTS).join(', ')}, found ${unknown.join(', ')}\n`,
  );
  process.exit(2);
}
const loadBefore = loadavg()[0] ?? 0;
const found: Record<string, Part> = {};
for (const name of names) {
  process.stderr.write(`${name} ...\n`);
  found[name] = await (PARTS[name] as () => Promise<Part>)();
}
const targets = Object.values(found).flatMap((part) => part.targets);
const machine = { cores: availableParallelism(), loadBefore, node: process.version, at: new Date().toISOString() };
process.stdout.write(values.json ? `${JSON.stringify({ machine, ...found }, null, 2)}\n` : written());
if (values.write) writeFileSync(DOCUMENT, withSections(readFileSync(DOCUMENT, 'utf8'), contents()));
process.exit(targets.every(({ missed }) => missed === undefined) ? 0 : 1);

/** What is printed, or put into the document: each by the name of its section. */
function contents(): Record<string, string> {
  const isBusy = loadBefore > machine.cores / 2;
  const busy = isBusy ? ' **The machine was busy with other work: times by the clock say little.**' : '';
  const about = `${machine.at.slice(0, 16)}Z, ${machine.cores} cores, Node ${machine.node}, load before ${loadBefore.toFixed(1)}.${busy}\n`;
  const tables = Object.entries(found).map(([name, part]) => [name, `${about}\n${part.tables}`]);
  // With some of the parts there are some of the targets: they stand with their part.
  const wanted = Object.entries(found).map(([name, part]) => [`${name}-targets`, targetTable(part.targets)] as const);
  const all = wanted.filter(([name]) => (found[name.replace('-targets', '')]?.targets.length ?? 0) > 0);
  return Object.fromEntries([...all, ...tables]) as Record<string, string>;
}

function written(): string {
  return Object.entries(contents())
    .map(([name, content]) => (values.markdown ? section(name, content) : `## ${name}\n\n${content}`))
    .join('\n');
}
