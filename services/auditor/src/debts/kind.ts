import type { DebtEntry, EventRecord } from '@prunella/store';

/** A kind of debt: how to see in the events of an incident that something was made to work without being repaired. */
export interface DebtKind<K extends string = string> {
  /** Its name in the API. */
  kind: K;
  /** The entries that the events of one incident tell, each once. Same events, same entries, in whatever order they come. */
  entriesOf(events: readonly EventRecord[]): DebtEntry[];
}
