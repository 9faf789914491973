import {
  type BacktestReport,
  type CaseReport,
  LOOP_AFTER,
  type NamedTally,
  type PolicyReport,
  type Tally,
} from '@prunella/backtest';
import { formatDuration } from '@prunella/core';
import type { Context } from '../context.ts';
import { bareTable, shorten } from '../table.ts';

const MOST_ROWS = 15;
const WIDEST = 150;

/** A backtest for people. */
export function describe(context: Context, report: BacktestReport): string[] {
  const { colors } = context;
  const { history, truth, policy, against } = report;
  const day = (time: string | null) => time?.slice(0, 16).replace('T', ' ') ?? '-';
  const judged = truth.passes + truth.fails + truth.defect + truth.unknown;
  const policies = against === undefined ? [policy] : [policy, against];
  return [
    `${colors.bold(`${judged} failures`)} from ${day(history.from)} to ${day(history.to)} (UTC), ${history.events} events`,
    `reruns of the same commit within ${formatDuration(history.judgeWithinMs)}: ${truth.passes} passed, ${truth.fails} failed in the same way, ${truth.defect} because of the code; of ${truth.unknown} nobody knows`,
    ...notes(report).map((line) => colors.dim(line)),
    '',
    totalsOf(policies),
    ...tables('cause', policy.causes, colors.bold),
    ...tables('repository', policy.repositories, colors.bold),
    ...cases(context, report),
  ];
}

function notes({ history }: BacktestReport): string[] {
  const { diagnosed, diagnosedNow, undiagnosed, capabilityAssumed } = history;
  return [
    `diagnoses: ${diagnosed} as they were stored, with the confidence known then${diagnosedNow > 0 ? `; ${diagnosedNow} made now from what the events say` : ''}`,
    ...(undiagnosed > 0 ? [`${undiagnosed} failures without a diagnosis are left out`] : []),
    ...(capabilityAssumed > 0
      ? [`of ${capabilityAssumed} no record says whether anything could be done: it is taken that it could`]
      : []),
  ];
}

const ROWS: readonly [string, (tally: Tally, currency: string) => string | number][] = [
  ['failures', ({ failures }) => failures],
  ['acts on', ({ results }) => results.healed + results['false-heal'] + results['acted-unknown']],
  ['  healed', ({ results }) => results.healed],
  ['  false heals', ({ results }) => results['false-heal']],
  ['  nobody knows', ({ results }) => results['acted-unknown']],
  ['  right, where known', ({ precision }) => (precision === null ? '-' : percent(precision))],
  ['asks', ({ results }) => results.asked],
  ['recommends', ({ results }) => results.recommended],
  ['hands over', ({ results }) => results['handed-over']],
  ['only watches', ({ results }) => results.observed],
  ['too late or held up', ({ results }) => results.superseded + results.withheld],
  ['would not have failed', ({ results }) => results.absent],
  ['missed (passed by a rerun)', ({ missed }) => missed],
  [`loops (${LOOP_AFTER} in vain)`, ({ loops }) => loops],
  ['reruns', ({ reruns }) => reruns],
  ['runner minutes', ({ minutes }) => minutes],
  ['money', ({ money }, currency) => `${money.toFixed(2)} ${currency}`],
];

function totalsOf(policies: readonly PolicyReport[]): string {
  const table = bareTable(['', ...policies.map(({ name }) => name)]);
  for (const [name, cellOf] of ROWS) {
    table.push([name, ...policies.map(({ totals, currency }) => String(cellOf(totals, currency)))]);
  }
  return table.toString();
}

function tables(what: string, rows: readonly NamedTally[], bold: (text: string) => string): string[] {
  if (rows.length === 0) return [];
  const table = bareTable([
    what,
    'failures',
    'healed',
    'false',
    'unknown',
    'missed',
    'loops',
    'reruns',
    'minutes',
    'money',
  ]);
  for (const { name, failures, results, missed, loops, reruns, minutes, money } of rows.slice(0, MOST_ROWS)) {
    const acted = [results.healed, results['false-heal'], results['acted-unknown']];
    table.push([shorten(name, 60), failures, ...acted, missed, loops, reruns, minutes, money.toFixed(2)].map(String));
  }
  const more = rows.length > MOST_ROWS ? [`and ${rows.length - MOST_ROWS} more (--json has them)`] : [];
  return ['', bold(`by ${what}`), table.toString(), ...more];
}

function cases({ colors }: Context, { changedCases, changed = 0, falseHeals, policy }: BacktestReport): string[] {
  if (changedCases === undefined) {
    const shown = falseHeals.slice(0, MOST_ROWS);
    if (shown.length === 0) return [];
    const all = policy.totals.results['false-heal'];
    return ['', colors.bold(`false heals (${shown.length} of ${all})`), ...shown.flatMap((one) => lines(one))];
  }
  const shown = changedCases.slice(0, MOST_ROWS);
  const head =
    changed === 0 ? 'the policies do the same about every failure' : `changed (${shown.length} of ${changed})`;
  return ['', colors.bold(head), ...shown.flatMap((one) => lines(one))];
}

function lines({ at, repository, pipelineId, cause, key, policy, against, truth }: CaseReport): string[] {
  const where = repository || pipelineId;
  return [
    `${at.slice(0, 16).replace('T', ' ')}  ${where}  ${cause}  ${key}: ${policy.result}${against === undefined ? '' : `, was ${against.result}`}`,
    shorten(`  now  ${policy.explanation}`, WIDEST),
    ...(against === undefined ? [] : [shorten(`  was  ${against.explanation}`, WIDEST)]),
    shorten(`  and  ${truth.says}`, WIDEST),
  ];
}

function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}
