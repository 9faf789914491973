import { table } from '../bench/report/table.ts';
import type { Check } from './judge/ending.ts';
import { type Finding, written } from './judge/judge.ts';

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/\/(?:rss|pss|own|retained|heapUsed|heapTotal|external|disk|bytes|tempFiles)$/, ' MB'],
  [/\/lagP99$/, ' ms'],
  [/\/longestTransaction$/, ' s'],
];

/** Rows of what was there at all, what fails first. */
export function findingTable(findings: readonly Finding[]): string {
  const order = ['fails', 'holds', 'not judged'];
  const rows = findings
    .filter(({ from, to, verdict }) => verdict === 'fails' || from !== 0 || to !== 0)
    .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
    .map(({ measure, from, to, rule, verdict, says }) => {
      const unit = UNITS.find(([pattern]) => pattern.test(measure))?.[1] ?? '';
      const shown = verdict === 'fails' ? '**fails**' : verdict;
      return [`\`${measure}\``, `${written(from)}${unit}`, `${written(to)}${unit}`, rule.kind, says, shown];
    });
  return table(['measure', 'at first', 'at last', 'may', 'found', 'verdict'], rows);
}

export function checkTable(checks: readonly Check[]): string {
  return table(
    ['check', 'found', 'verdict'],
    checks.map(({ what, found, holds }) => [what, found, holds ? 'holds' : '**fails**']),
  );
}

/** What each kind of measure may do, and why. */
export function ruleTable(findings: readonly Finding[]): string {
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return table(
    ['measures', 'may', 'why'],
    rules.map((rule) => [`\`${rule.match.source.replaceAll('|', '\\|')}\``, allowed(rule), rule.why]),
  );
}

function allowed(rule: Finding['rule']): string {
  if (rule.kind === 'flat') return `gain at most ${rule.in24h * 100} % in 24 h; under ${rule.least} is nothing`;
  if (rule.kind === 'most') return `be ${rule.most} at most`;
  if (rule.kind === 'shown') return 'do what it likes';
  const each = rule.perStory === undefined ? '' : `, and at most ${rule.perStory} with each story`;
  return `grow with the load, in the last half no faster than in the first${each}`;
}
