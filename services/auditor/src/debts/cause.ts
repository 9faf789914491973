import type { EventRecord } from '@prunella/store';

/** Why an action was taken; `unknown` where its publisher does not say. */
export function causeOf({ data }: EventRecord<'action.executed'>): string {
  return data.cause === undefined || (data.cause as string) === 'cause_unspecified' ? 'unknown' : data.cause;
}
