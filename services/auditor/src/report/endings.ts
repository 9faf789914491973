import type { ActionType } from '@prunella/contracts';
import type { Incident } from '../ledger/incident.ts';

/** How incidents end, as people count them. */
export const endings = ['healed', 'by_humans', 'by_itself', 'not_helped', 'not_known', 'left', 'open'] as const;
export type Ending = (typeof endings)[number];

/** How one ended, and by which action of ours. Pure. */
export function endingOf(incident: Incident): { ending: Ending; action: ActionType | null } {
  const { outcome, state, status, verdict, action } = incident;
  const acted = status === 'executed' ? action : null;
  if (state !== 'closed') {
    const left = state === 'handed_over' || state === 'recommended';
    return left ? { ending: 'left', action: null } : { ending: 'open', action: acted };
  }
  if (acted !== null) {
    if (outcome === 'healed') return { ending: 'healed', action: acted };
    if (outcome === 'ineffective' || outcome === 'harmful') return { ending: 'not_helped', action: acted };
    return { ending: 'not_known', action: acted };
  }
  // Nothing of ours was done, and it is well again.
  const toHumans = verdict === 'handing_over' || status === 'handed_over' || status === 'rejected';
  return { ending: toHumans ? 'by_humans' : 'by_itself', action: null };
}

export interface EndingCount {
  ending: Ending;
  action: ActionType | null;
  count: number;
}

/** The most frequent first. */
export function countEndings(incidents: readonly Incident[]): EndingCount[] {
  const groups = Map.groupBy(incidents.map(endingOf), ({ ending, action }) => `${ending} ${action ?? ''}`);
  return [...groups.values()]
    .flatMap((some) => (some[0] === undefined ? [] : [{ ...some[0], count: some.length }]))
    .sort((a, b) => b.count - a.count || endings.indexOf(a.ending) - endings.indexOf(b.ending));
}

/** `Of the last 20 alike: 14 healed by retry, 3 well again after humans looked, 3 open.`; empty: there is none. */
export function endingsSay(counts: readonly EndingCount[]): string {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return '';
  const parts = counts.map(
    ({ ending, action, count }) => `${count} ${WORDS[ending](action?.replaceAll('_', ' ') ?? '')}`,
  );
  return `${total === 1 ? 'The last one alike' : `Of the last ${total} alike`}: ${parts.join(', ')}.`;
}

const WORDS: Record<Ending, (action: string) => string> = {
  healed: (action) => `healed by ${action}`,
  by_humans: () => 'well again after it was left to humans',
  by_itself: () => 'well again without an action',
  not_helped: (action) => `not helped by ${action}`,
  not_known: (action) => `where nobody knows whether ${action} helped`,
  left: () => 'left to humans',
  open: () => 'still open',
};
