// What Prunella costs beside the raw limits of what it stands on, measured in the same minutes:
//   npm run bench -- [--only chain,scan,audit,start] [--quick] [--json] [--markdown] [--profile DIR]
// Build first. It ends with 1 when a target is missed. docs/performance.md says what the figures mean; the README of each folder, how they are measured.
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAudit } from './audit/measure.ts';
import { auditPart } from './audit/report.ts';
import { measureChain } from './chain/measure.ts';
import { chainPart } from './chain/report.ts';
import { type Part, targetTable } from './report/part.ts';
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
    profile: { type: 'string' },
  },
});

const CHAIN = { chains: { ours: 400, raw: 2_500 }, rounds: 3, rates: [50, 200, 500], seconds: 10 };
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
process.exit(targets.every(({ missed }) => missed === undefined) ? 0 : 1);

function written(): string {
  const busy =
    loadBefore > machine.cores / 2 ? ' **The machine was busy with other work: times by the clock say little.**' : '';
  const about = `${machine.at.slice(0, 16)}Z, ${machine.cores} cores, Node ${machine.node}, load before ${loadBefore.toFixed(1)}.${busy}\n`;
  const sections = Object.entries(found).map(([name, { tables }]) =>
    values.markdown ? `<!-- BENCH ${name} -->\n\n${tables}\n<!-- END ${name} -->\n` : `## ${name}\n\n${tables}`,
  );
  const head = `${about}\n${targetTable(targets)}`;
  return [values.markdown ? `<!-- BENCH targets -->\n\n${head}\n<!-- END targets -->\n` : head, ...sections].join('\n');
}
