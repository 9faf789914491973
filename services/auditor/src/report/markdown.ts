import { plainMarkdown } from '@prunella/core';
import type { CorrelationReport } from '../api/answers/correlation.ts';
import type { CostReport, EffectivenessReport } from '../api/answers/reports.ts';
import type { RootCauseReport } from '../api/answers/root-causes.ts';
import type { SummaryReport } from '../api/answers/summary.ts';
import type { Money } from './costs.ts';

/** A part of a report for people. */
interface Section {
  title: string;
  /** Sentences of ours. */
  says: string[];
  /** Cells are text of others, as it is. */
  table?: { head: string[]; rows: (string | number)[][] };
}

/** Reports as Markdown: headings, sentences and tables. What others named is shown as it is, and is no markup. */
export const reportMarkdown = {
  effectiveness: (report: EffectivenessReport) => written('Effectiveness', report, [effectivenessSection(report)]),
  costs: (report: CostReport) => written('Costs', report, [costSection(report)]),
  rootCauses: (report: RootCauseReport) => written('Root causes to fix', report, [rootCauseSection(report)]),
  correlation: (report: CorrelationReport) =>
    written('Actions and what came with them', report, [correlationSection(report)]),
  summary: (report: SummaryReport) =>
    written('What Prunella did', report, [
      incidentSection(report),
      effectivenessSection(report.effectiveness),
      costSection(report.costs),
      rootCauseSection(report.rootCauses),
      debtSection(report),
      testSection(report),
      correlationSection(report.correlation),
    ]),
} as const;

function incidentSection({ incidents }: SummaryReport): Section {
  const { opened, healed, handedOver, waiting, open } = incidents;
  return {
    title: 'Incidents',
    says: [
      `${opened} opened: ${healed} healed, ${handedOver} handed over, ${waiting} wait for somebody, ${open} not closed.`,
    ],
  };
}

function effectivenessSection({ overall, actions }: EffectivenessReport): Section {
  const { total, successful, ineffective, harmful, inconclusive, pending, medianMinutesToHeal, notDone } = overall;
  const unproven = inconclusive + pending;
  return {
    title: 'Effectiveness',
    says: [
      `${total} actions took effect: ${successful} healed, ${ineffective} ineffective, ${harmful} harmful, ${unproven} without proof. Success rate ${percent(overall.successRate)}, median time to heal ${minutes(medianMinutesToHeal)}.`,
      `${notDone.recommended} more were only recommended, ${notDone.rejected} rejected, ${notDone.failed} could not be done.`,
    ],
    table: {
      head: [
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
      ],
      rows: actions.map((action) => [
        ...[action.action, action.total, action.successful, action.ineffective, action.harmful],
        ...[action.inconclusive + action.pending, percent(action.successRate)],
        ...[minutes(action.medianMinutesToHeal), minutes(action.meanMinutesToHeal), action.notDone.recommended],
      ]),
    },
  };
}

function costSection({ by, total, items }: CostReport): Section {
  const { inVain, saved } = total;
  return {
    title: 'Spent and saved',
    says: [
      `Healing spent ${minutes(total.spent.minutes)}${inMoney(total.spent.money)}; of that ${minutes(inVain.minutes)}${inMoney(inVain.money)} for actions that proved no heal.`,
      saved === null
        ? 'Nothing is said to be saved: the policy has no figure of what a heal by hand takes (reports.byHand).'
        : `${saved.heals} heals saved people ${minutes(saved.minutes)}${inMoney(saved.money)}, by the figures of reports.byHand.`,
    ],
    table: {
      head: [by, 'actions', 'healed', 'spent', 'in vain', 'saved'],
      rows: items.map((item) => [
        ...[item.key || '-', item.actions, item.healed, `${minutes(item.spent.minutes)}${inMoney(item.spent.money)}`],
        `${minutes(item.inVain.minutes)}${inMoney(item.inVain.money)}`,
        item.saved === null ? '-' : `${minutes(item.saved.minutes)}${inMoney(item.saved.money)}`,
      ]),
    },
  };
}

function rootCauseSection({ atLeast, items }: RootCauseReport): Section {
  return {
    title: 'Root causes to fix',
    says: [
      items.length === 0
        ? `Nothing was healed ${atLeast} times or more.`
        : `What was healed ${atLeast} times or more: healing it is no repair.`,
    ],
    table: {
      head: ['what', 'times', 'trend', 'cost', 'owner', 'what to do', 'e.g.'],
      rows: items.map((item) => [
        ...[item.what, `${item.count} (before: ${item.before})`, item.trend],
        ...[
          `${minutes(item.minutes)}${inMoney(item.money)}`,
          item.owner ?? 'nobody',
          item.fix,
          item.incidentIds[0] ?? '',
        ],
      ]),
    },
  };
}

function correlationSection({ says, looked, more, actions, items }: CorrelationReport): Section {
  const followed = actions.reduce((sum, action) => sum + action.followed, 0);
  return {
    title: 'What came with actions',
    says: [says, `${followed} of ${more ? 'the newest ' : ''}${looked} actions were followed by a failure.`],
    table: {
      head: ['action', 'at', 'of', 'before', 'after', 'outcome', 'incident'],
      rows: items.map((item) => [
        ...[item.action, item.at, item.workload || item.name, item.before, item.after],
        ...[item.outcome ?? '-', item.incidentId],
      ]),
    },
  };
}

function debtSection({ debts }: SummaryReport): Section {
  return {
    title: 'Debts',
    says: [`${debts.overdue} overdue, ${debts.dueSoon} due soon.`],
    table: {
      head: ['what', 'times', 'due', 'owner'],
      rows: debts.items.map(({ what, count, dueAt, owner }) => [what, count, dueAt.slice(0, 10), owner ?? 'nobody']),
    },
  };
}

function testSection({ tests }: SummaryReport): Section {
  const { known, failing, flaky, suspect, items } = tests;
  return {
    title: 'Tests',
    says: [`${known} known: ${failing} failing, ${flaky} flaky, ${suspect} suspect.`],
    table: {
      head: ['flaky test', 'repository', 'proofs'],
      rows: items.map(({ name, repository, proofs }) => [name, repository, proofs]),
    },
  };
}

function written(title: string, { from, to }: { from: string; to: string }, sections: readonly Section[]): string {
  const parts = sections.flatMap(({ title: heading, says, table }) => [
    ...(sections.length > 1 ? [`## ${heading}`] : []),
    ...says.map(plainMarkdown),
    ...(table === undefined || table.rows.length === 0 ? [] : [tableOf(table)]),
  ]);
  return `${[`# ${title}`, `From ${from} to ${to}.`, ...parts].join('\n\n')}\n`;
}

function tableOf({ head, rows }: NonNullable<Section['table']>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(cell)))].join('\n');
}

/** Nothing in it ends the cell. */
function cell(value: string | number): string {
  return plainMarkdown(String(value)).replaceAll('|', '&#124;');
}

function inMoney(money: readonly Money[]): string {
  const some = money.filter(({ amount }) => amount > 0);
  return some.length === 0
    ? ''
    : ` (${some.map(({ currency, amount }) => `${amount.toFixed(2)} ${currency}`).join(', ')})`;
}

function minutes(value: number | null): string {
  if (value === null) return '-';
  return value >= 10 || value === 0 ? `${Math.round(value)} min` : `${value.toFixed(1)} min`;
}

function percent(rate: number | null): string {
  return rate === null ? 'unknown' : `${Math.round(rate * 100)} %`;
}
