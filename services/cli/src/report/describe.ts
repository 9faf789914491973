import type { Context } from '../context.ts';
import { counted } from '../rules/counted.ts';
import { bareTable, shorten } from '../table.ts';
import type { Action, Correlations, Cost, Costs, Effectiveness, Reliability, RootCauses, Summary } from './shapes.ts';

const WIDEST = 90;
const MOST_DEBTS = 5;

type Colors = Context['colors'];
type Money = Cost['spent']['money'];

/** Lines for a person at a terminal. */
export function describeEffectiveness({ overall, actions }: Effectiveness, colors: Colors): string[] {
  if (actions.length === 0) return ['no action took effect, and none was recommended'];
  const head = [
    'action',
    'total',
    'healed',
    'ineffective',
    'harmful',
    'no proof',
    'success',
    'median',
    'mean',
    'recommended',
  ];
  return [
    `${colors.bold(percent(overall.successRate))} of what is proven healed: ${overall.successful} of ${counted(overall.total, 'action')}, ${overall.harmful} did harm`,
    tableOf(head, [
      ...actions.map(actionRow),
      ...(actions.length > 1 ? [actionRow({ ...overall, action: 'all' })] : []),
    ]),
  ];
}

function actionRow({ action = '', notDone, ...of }: Action): string[] {
  return [
    ...[action, of.total, of.successful, of.ineffective, of.harmful, of.inconclusive + of.pending].map(String),
    ...[percent(of.successRate), minutes(of.medianMinutesToHeal), minutes(of.meanMinutesToHeal)],
    String(notDone.recommended),
  ];
}

export function describeCosts({ by, total, items }: Costs): string[] {
  if (total.actions === 0) return ['nothing was done, and nothing was spent'];
  const saved =
    total.saved === null
      ? 'nothing is said to be saved: set reports.byHand in the policy'
      : `saved people ${amount(total.saved)}, by reports.byHand of the policy`;
  return [
    `${counted(total.actions, 'action')}, ${total.healed} healed; spent ${amount(total.spent)}, of that ${amount(total.inVain)} in vain; ${saved}`,
    tableOf(
      [by, 'actions', 'healed', 'spent', 'in vain', 'saved'],
      items.map((item) => [
        ...[item.key || '-', String(item.actions), String(item.healed), amount(item.spent), amount(item.inVain)],
        item.saved === null ? '-' : amount(item.saved),
      ]),
    ),
  ];
}

export function describeRootCauses({ atLeast, items }: RootCauses, colors: Colors): string[] {
  if (items.length === 0) return [`nothing was healed ${atLeast} times or more`];
  return items.flatMap(({ what, fix, owner, count, before, trend, minutes: spentMinutes, money, incidentIds }) => [
    `${colors.bold(`${count} x`)} ${printable(what)}`,
    `  ${printable(fix)}`,
    colors.dim(
      `  ${trend} (before: ${before}), cost ${amount({ minutes: spentMinutes, money })}, ${owner === null ? "nobody's" : `of ${printable(owner)}`}, e.g. ${incidentIds[0] ?? '-'}`,
    ),
  ]);
}

export function describeCorrelations({ says, looked, more, actions, items }: Correlations, colors: Colors): string[] {
  if (looked === 0) return ['no action took effect'];
  return [
    colors.dim(says),
    tableOf(
      ['action', 'total', 'failures before', 'failures after'],
      actions.map(({ action, total, preceded, followed }) => [action, ...[total, preceded, followed].map(String)]),
    ),
    ...(more ? [colors.dim(`only the newest ${looked} actions were looked at`)] : []),
    ...(items.length === 0
      ? []
      : [
          '',
          tableOf(
            ['followed by', 'action', 'of', 'at', 'outcome', 'incident'],
            items.map((item) => [
              ...[String(item.after), item.action, item.workload || item.name, minuteOf(item.at)],
              ...[item.outcome ?? '-', item.incidentId],
            ]),
          ),
        ]),
  ];
}

export function describeReliability(report: Reliability, colors: Colors): string[] {
  const { says, cases, bins, calibrationError, brier, brierOfAverage, unproven, unstated } = report;
  const left = `${unproven} without proof, ${unstated} of which nobody said how sure it was`;
  if (cases === 0) return ['of no action it is proven yet what came of it', colors.dim(`left out: ${left}`)];
  return [
    colors.bold(says),
    `off by ${percent(calibrationError)} on average; Brier score ${score(brier)}, by always saying the average ${score(brierOfAverage)}`,
    tableOf(
      ['said', 'on average', 'decisions', 'healed', 'share', '95 %'],
      bins
        .filter((bin) => bin.cases > 0)
        .map(({ from, to, stated, cases: count, successes, observed }) => [
          ...[`${percent(from)} to ${percent(to)}`, percent(stated), String(count), String(successes)],
          percent(observed?.value ?? null),
          `${percent(observed?.low ?? null)} to ${percent(observed?.high ?? null)}`,
        ]),
    ),
    colors.dim(`left out: ${left}`),
  ];
}

function score(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}

export function describeSummary(summary: Summary, colors: Colors): string[] {
  const { incidents, debts, tests } = summary;
  const part = (title: string, lines: readonly string[]) => ['', colors.bold(title), ...lines];
  return [
    `${minuteOf(summary.from)} to ${minuteOf(summary.to)}: ${counted(incidents.opened, 'incident')}, ${incidents.healed} healed, ${incidents.handedOver} handed over, ${incidents.waiting} wait for somebody`,
    ...part('Effectiveness', describeEffectiveness(summary.effectiveness, colors)),
    ...part('Spent and saved', describeCosts(summary.costs)),
    ...part('Root causes to fix', describeRootCauses(summary.rootCauses, colors)),
    ...part('Debts', [
      `${debts.overdue} overdue, ${debts.dueSoon} due soon`,
      ...debts.items
        .slice(0, MOST_DEBTS)
        .map(
          ({ what, dueAt, owner }) =>
            `  ${dueAt.slice(0, 10)} ${printable(owner ?? '-')} ${shorten(printable(what), WIDEST)}`,
        ),
    ]),
    ...part('Tests', [
      `${tests.known} known: ${tests.failing} failing, ${tests.flaky} flaky, ${tests.suspect} suspect`,
    ]),
    ...part('What came with actions', describeCorrelations(summary.correlation, colors)),
  ];
}

function tableOf(head: string[], rows: string[][]): string {
  const table = bareTable(head);
  table.push(...rows.map((row) => row.map((cell) => shorten(printable(cell), WIDEST))));
  return table.toString();
}

/** What others named must not move the cursor or turn the line round. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

function amount({ minutes: value, money }: { minutes: number; money: Money }): string {
  const paid = money.filter((one) => one.amount > 0).map((one) => `${one.amount.toFixed(2)} ${one.currency}`);
  return [minutes(value), ...paid].join(', ');
}

function minutes(value: number | null): string {
  if (value === null) return '-';
  return value > 0 && value < 10 ? `${value.toFixed(1)} min` : `${Math.round(value)} min`;
}

function percent(rate: number | null): string {
  return rate === null ? '-' : `${Math.round(rate * 100)} %`;
}

function minuteOf(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
