import type { ActionType, Reason } from '@prunella/contracts';
import { orderKey } from '@prunella/decision';
import { BoundedMap } from './bounded-map.ts';
import type { PastEvent } from './past-event.ts';

/** What Prunella really decided, and did, about a failure then. */
export interface Recorded {
  /** Decided action. */
  action: ActionType;
  /** What it was said that can be done: the check `capability`. Absent: nobody asked. */
  capability?: Pick<Reason, 'allows' | 'says'>;
  /** When it had its effect, in ms since the epoch; absent: it had none. */
  executedAt?: number;
  /** Runner minutes that it was expected to cost. */
  minutes?: number;
}

const MOST_RECORDED = 100_000;

/** What was decided then, by the order's key: read ahead of what is played. */
export class RecordedDecisions {
  private readonly byKey = new BoundedMap<string, Recorded>(MOST_RECORDED);

  /** Takes note of an event that is about to be played. */
  read(event: PastEvent): void {
    switch (event.subject) {
      case 'action.scheduled':
      case 'action.requested':
        this.note(event.data, {});
        return;
      case 'action.executed': {
        const { status, startedAt, cost, undoes } = event.data;
        // What takes an action back is no decision about a failure.
        if (undoes) return;
        const at = startedAt === undefined ? event.at : Date.parse(startedAt);
        this.note(event.data, {
          ...(status === 'executed' && { executedAt: at }),
          ...(cost !== undefined && { minutes: cost.minutes }),
        });
      }
    }
  }

  of(key: string): Recorded | undefined {
    return this.byKey.get(key);
  }

  forget(key: string): void {
    this.byKey.delete(key);
  }

  private note(
    {
      incidentId,
      run,
      action,
      reasons,
    }: PastEvent<'action.scheduled' | 'action.requested' | 'action.executed'>['data'],
    more: Partial<Recorded>,
  ): void {
    const key = orderKey(incidentId, run.attempt);
    const capability = reasons.find(({ check }) => check === 'capability');
    this.byKey.set(key, { ...this.byKey.get(key), action: action.type, ...(capability && { capability }), ...more });
  }
}
