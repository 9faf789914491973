import { iso } from '@prunella/core';
import type { EventRecord, OutcomeTally } from '@prunella/store';
import { observations } from '../learn/posterior.ts';
import { countedOutcomes } from '../outcomes/actions.ts';

const KINDS = ['healed', 'ineffective', 'harmful'] as const;

/** What the outcomes that count among the events of some incidents taught, by rule, action and month: enough to learn it again. */
export function talliesOf(events: readonly EventRecord[]): OutcomeTally[] {
  const byIncident = Map.groupBy(events, ({ incidentId }) => incidentId ?? '');
  // The newest one's word about itself counts.
  const counted = [...byIncident.values()]
    .flatMap(countedOutcomes)
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
  const byMonth = Map.groupBy(counted, ({ time }) => `${iso(Date.parse(time)).slice(0, 7)}-01`);
  return [...byMonth].flatMap(([month, outcomes]) =>
    observations(outcomes.map(({ data }) => data)).flatMap(({ decidedBy, action, prior, ...counts }) =>
      KINDS.filter((kind) => counts[kind] > 0).map((outcome) => ({
        ...{ decidedBy, action, outcome, month, prior, count: counts[outcome] },
      })),
    ),
  );
}
