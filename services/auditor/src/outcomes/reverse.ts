import type { OutcomeObserved } from '@prunella/contracts';
import { formatDuration, iso } from '@prunella/core';
import type { EventRecord, ReturnedFailure } from '@prunella/store';
import { ofSubject } from '../ledger/causal.ts';
import { countedOutcomes } from './actions.ts';
import { workloadActions } from './proof.ts';

/** What tells by its size how bad it is. */
const SEVERITIES = ['error_rate', 'latency_ms', 'duration_ratio', 'memory', 'cpu'];
/** So many times as much is worse. */
const WORSE = 1.5;

/**
 * The heals of one incident that are taken back, because the failure came back. One that counts no more, or was taken back already, is
 * left as it is.
 */
export function reverse(
  own: readonly EventRecord[],
  returned: readonly ReturnedFailure[],
  now: number,
): OutcomeObserved[] {
  const counted = countedOutcomes(own);
  return returned.flatMap(({ healedId, returned: back }) => {
    const healed = counted.find((event) => event.id === healedId && event.data.outcome === 'healed');
    return healed === undefined ? [] : [reversal(healed, back, own, now)];
  });
}

function reversal(
  healed: EventRecord<'outcome.observed'>,
  back: EventRecord<'diagnosis.made'>,
  own: readonly EventRecord[],
  now: number,
): OutcomeObserved {
  const after = Math.max(0, Date.parse(back.time) - Date.parse(healed.data.provenAt ?? healed.time));
  const worse = worseThan(before(healed, own), back, healed);
  const where = back.incidentId === healed.incidentId ? '' : ` (incident ${back.incidentId})`;
  return {
    ...healed.data,
    outcome: worse === undefined ? 'ineffective' : 'harmful',
    reason: `it came back in the same way ${formatDuration(inMinutes(after))} after it had healed${where}${worse ?? ''}`,
    observedAt: iso(now),
    evidenceEventIds: [healed.eventId, back.eventId],
    reverses: healed.eventId,
    provenAt: back.time,
  };
}

/** The diagnosis that the action was taken for. */
function before(healed: EventRecord<'outcome.observed'>, own: readonly EventRecord[]) {
  return ofSubject(own, 'diagnosis.made').find(
    ({ data }) => data.fingerprint === healed.data.fingerprint && data.run.attempt === healed.data.run.attempt,
  );
}

/** Running the same again makes nothing worse; changing a workload can. */
function worseThan(
  first: EventRecord<'diagnosis.made'> | undefined,
  back: EventRecord<'diagnosis.made'>,
  { data: { action } }: EventRecord<'outcome.observed'>,
): string | undefined {
  if (first === undefined || !workloadActions.some((each) => each === action)) return undefined;
  for (const name of SEVERITIES) {
    const [was, is] = [first.data.metrics[name], back.data.metrics[name]];
    // Both of them may have failed long before their usual time.
    if (name === 'duration_ratio' && (is ?? 0) < WORSE) continue;
    if (was !== undefined && is !== undefined && was > 0 && is >= WORSE * was)
      return `, and worse: ${name} ${is}, before ${was}`;
  }
  return undefined;
}

function inMinutes(ms: number): number {
  return Math.max(1, Math.round(ms / 60_000)) * 60_000;
}
