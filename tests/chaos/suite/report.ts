import type { Effect, EventSeen } from './ledger/ledger.ts';
import { LAB } from './load/stories.ts';
import type { Result } from './run.ts';

/** A run in some lines for people. */
export function summary({ violations, ledger, missing, happened, settledAfterMs, outputs }: Result): string {
  const { deliveries, reports, garbage, effects, end, memory, failedStarts } = ledger;
  const met = [...happened].map(([kind, times]) => `${kind} ${times}`).join(', ');
  const accepted = deliveries.filter(({ acceptedAt }) => acceptedAt !== undefined).length;
  const outcomes = tally((end.incidents ?? []).map(({ outcome, state }) => outcome ?? state));
  const most = memory.map(({ process, mostMiB }) => `${process} ${Math.round(mostMiB)}`).join(', ');
  const held = tally(heldBack(end.events ?? []));
  const lines = [
    `${accepted} of ${deliveries.length} webhooks taken, ${reports.length} reports, ${garbage.length} pieces of garbage`,
    `${end.events?.length ?? 0} events, ${end.incidents?.length ?? 0} incidents: ${outcomes}; ${effects.length} reruns, ${onGitLab(effects)} of them on GitLab`,
    `held back by: ${held || 'nothing'}`,
    `what the faults met: ${met}`,
    `${failedStarts.length} starts failed because something was away; memory in MiB: ${most}`,
    ...[...missing].map(([kind, why]) => `${kind} was left out: ${why}`),
  ];
  if (violations.length === 0)
    return [...lines, `sound: nothing was broken ${seconds(settledAfterMs)} after the last fault`].join('\n');
  const broken = violations.map(({ check, says }) => `BROKEN ${check}: ${says}`);
  const printed = [...outputs].map(([name, text]) => `--- the end of what ${name} printed ---\n${text}`);
  return [...lines, ...printed, ...broken].join('\n');
}

function onGitLab(effects: readonly Effect[]): number {
  return effects.filter(({ repository }) => repository.startsWith(LAB)).length;
}

/** What of the policy spoke against reruns, each time that it did. */
function heldBack(events: readonly EventSeen[]): string[] {
  return events
    .filter(({ subject }) => subject === 'action.executed' || subject === 'action.scheduled')
    .flatMap(({ refusedBy }) => refusedBy.split(',').filter(Boolean));
}

function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, times]) => `${times} ${word}`).join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
