import { isPastSubject, type PastEvent, pastSubjects } from '@prunella/backtest';
import { parseData, type Subject } from '@prunella/contracts';
import { type HistoryItem, type HistoryPosition, history, type Store } from '@prunella/store';

const PAGE = 1_000;

/** The ledger's events in the order of time, a page at a time in memory. @param range in ms since the epoch. */
export async function* pastEvents(store: Store, range: { from: number; to: number }): AsyncGenerator<PastEvent> {
  for (let after: HistoryPosition | undefined, full = true; full; ) {
    const about = { subjects: pastSubjects, from: new Date(range.from), to: new Date(range.to) };
    const page = await store.read((manager) => history(manager, { ...about, limit: PAGE, after }));
    for (const { event } of page) yield pastEvent(event);
    after = page.at(-1)?.position;
    full = page.length === PAGE;
  }
}

function pastEvent({ type, id, source, time, data }: HistoryItem['event']): PastEvent {
  const subject = type.slice('dev.prunella.'.length, -'.v1'.length);
  if (!isPastSubject(subject)) throw new Error(`expected an event that a backtest reads, found ${type}`);
  // Those that were recorded by an older version lack what came later.
  const whole = subject === 'outcome.observed' ? parseData(subject as Subject, data) : data;
  return { subject, id: `${source} ${id}`, at: Date.parse(time), data: whole } as PastEvent;
}
