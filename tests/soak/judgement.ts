import { cpus } from 'node:os';
import { checksOf } from './judge/ending.ts';
import { judged } from './judge/judge.ts';
import { checkTable, findingTable, ruleTable } from './report.ts';
import type { Line } from './soak.ts';

/** Share of the time that is left out at the beginning: heaps, pools and caches find their sizes. */
const WARM_UP = 1 / 6;

/** Judges what a soak wrote down; one that was broken off is judged as far as it came. */
export function judgement(lines: readonly Line[]): { sound: boolean; report: string } {
  const begin = lines.find((line) => line.kind === 'begin');
  const end = lines.find((line) => line.kind === 'end');
  const samples = lines.filter((line) => line.kind === 'sample');
  if (begin === undefined || samples.length === 0)
    throw new Error('a soak: expected a line "begin" and samples, found none; was it broken off at its start?');
  const lasted = samples.at(-1)?.at ?? 0;
  const findings = judged(samples.filter(({ at }) => at >= lasted * WARM_UP));
  const checks = end === undefined ? [] : checksOf(end);
  const broken = [
    ...findings.filter(({ verdict }) => verdict === 'fails').map(({ measure }) => `\`${measure}\``),
    ...checks.filter(({ holds }) => !holds).map(({ what }) => what),
    ...(end === undefined ? ['it was broken off'] : []),
  ];
  const half = begin.sustained === undefined ? '' : `, half of the ${begin.sustained.toFixed(1)} that were sustained`;
  const report = [
    `${begin.began.slice(0, 16)}Z, ${cpus().length} cores, Node ${process.version}: ${(lasted / 60_000).toFixed(0)} minutes at ${begin.rate.toFixed(1)} stories a second${half}; ${end?.begun.stories ?? samples.at(-1)?.sent} stories in all. The first ${((lasted * WARM_UP) / 60_000).toFixed(0)} minutes are not judged.`,
    broken.length === 0 ? 'Everything held.' : `**Fails: ${broken.join('; ')}.**`,
    checkTable(checks),
    findingTable(findings),
    ruleTable(findings),
  ].join('\n\n');
  return { sound: broken.length === 0, report };
}
