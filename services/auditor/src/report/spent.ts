import type { EventRecord } from '@prunella/store';
import { attemptOf, inCausalOrder, ofSubject } from '../ledger/causal.ts';
import { rerunActions } from '../outcomes/proof.ts';

/** What an action cost. */
export interface Spent {
  /** Runner minutes: how long the rerun took where that is known, else what was expected. 0: nobody knows. */
  minutes: number;
  /** At the price that was expected. */
  money: number;
  /** Empty: no price was set. */
  currency: string;
}

/** What an executed action cost, as far as the events of its incident tell. */
export function spent(action: EventRecord<'action.executed'>, events: readonly EventRecord[]): Spent {
  const expected = action.data.cost ?? { minutes: 0, money: 0, currency: '' };
  const minutes = rerunMinutes(action, events);
  if (minutes === undefined) return { ...expected };
  const price = expected.minutes > 0 ? expected.money / expected.minutes : 0;
  return { minutes, money: price * minutes, currency: expected.currency };
}

/** How long the run's next attempt took, by the clock on the wall; undefined: it is not known, or not ours. */
export function rerunMinutes(
  action: EventRecord<'action.executed'>,
  events: readonly EventRecord[],
): number | undefined {
  if (action.data.run.runId === '' || !rerunActions.includes(action.data.action.type)) return undefined;
  const rerun = ofSubject(inCausalOrder(events), 'pipeline.finished').find(
    (event) => event.data.kind === 'run' && attemptOf(event) === attemptOf(action) + 1,
  );
  const minutes = (Date.parse(rerun?.data.finishedAt ?? '') - Date.parse(rerun?.data.startedAt ?? '')) / 60_000;
  return minutes >= 0 ? minutes : undefined;
}
