import type { DigestMade } from '@prunella/contracts';
import { type Announcement, runOf } from './announcement.ts';

/** What people are told of a week, in at most ten lines. Pure. */
export function madeDigest(digest: DigestMade, eventId: string, publicUrl: string): Announcement {
  const { from, to, channel, harmful, debtsOverdue, rootCauseCount } = digest;
  const lines = linesOf(digest);
  return {
    eventId,
    run: runOf(''),
    says: {
      title: `Prunella from ${from.slice(0, 10)} to ${to.slice(0, 10)}`,
      text: lines.join('\n'),
      urgency: harmful + debtsOverdue + rootCauseCount > 0 ? 'normal' : 'low',
      ...(channel.startsWith('#') && { to: channel }),
      facts: [],
      evidence: [],
      link: `${publicUrl.replace(/\/+$/, '')}/`,
    },
  };
}

function linesOf(digest: DigestMade): string[] {
  const { incidents, handedOver, actions, healed, ineffective, harmful, successRate } = digest;
  const lines: (string | false)[] = [
    // That it says so shows that it is there: silence might be a broken one.
    incidents === 0 && actions === 0
      ? 'Nothing failed, and nothing was healed.'
      : `${counted(incidents, 'incident')}, ${healed} healed${successRate === undefined ? '' : ` (${Math.round(successRate * 100)} % of what is proven)`}, ${handedOver} with people.`,
    harmful > 0 && `${counted(harmful, 'action')} did harm: look at ${harmful === 1 ? 'it' : 'them'} first.`,
    ineffective > 0 && `${counted(ineffective, 'action')} did not help.`,
    ...named(digest.rootCauses, digest.rootCauseCount, 'To fix'),
    ...debtLines(digest),
    digest.flakyTests > 0 && `${counted(digest.flakyTests, 'flaky test')}.`,
    moneyLine(digest),
  ];
  return lines.filter((line) => line !== false);
}

/** Two of them have a line of their own, the others are counted: people read ten lines. */
function named(items: DigestMade['rootCauses'], count: number, what: string): string[] {
  const shown = items.slice(0, 2);
  return [
    ...shown.map(({ says, owner }) => `${what}: ${says}${owner === '' ? '' : ` (${owner})`}`),
    ...(count > shown.length ? [`${what}: ${count - shown.length} more.`] : []),
  ];
}

function debtLines({ debts, debtsDue, debtsOverdue }: DigestMade): string[] {
  const [first] = debts;
  if (debtsDue + debtsOverdue === 0) return [];
  const whose = first === undefined ? '' : ` First: ${first.says} (${first.owner || 'nobody owns it'}).`;
  return [`Debts: ${debtsOverdue} overdue, ${debtsDue} due soon.${whose}`];
}

function moneyLine({ actions, spent, saved }: DigestMade): string | false {
  if (actions === 0) return false;
  const gain = saved.length === 0 ? '' : `; saved people ${amounts(saved)} by your own figures`;
  return `Spent on runners: ${spent.length === 0 ? 'nothing' : amounts(spent)}${gain}.`;
}

function amounts(costs: DigestMade['spent']): string {
  const minutes = costs.reduce((sum, cost) => sum + cost.minutes, 0);
  const money = costs.filter((cost) => cost.money > 0).map((cost) => `${cost.money.toFixed(2)} ${cost.currency}`);
  return [`${Math.round(minutes)} minutes`, ...money].join(', ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
