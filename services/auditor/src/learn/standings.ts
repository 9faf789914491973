import type { Standing, StandingChanged } from '@prunella/contracts';
import { iso, riskOf } from '@prunella/core';
import { dayWeights, evidenceSays, standingNext } from '@prunella/learning';
import type { Policy } from '@prunella/policy';
import {
  type ConfidenceRow,
  type EventRecord,
  insertEvents,
  listConfidence,
  lockConfidence,
  putOutbox,
  putStandingChanges,
  type StandingEntry,
  type Store,
  type Transaction,
  tryLock,
} from '@prunella/store';
import { ofSubject } from '../ledger/causal.ts';
import { eventRecord } from '../ledger/event-record.ts';
import type { Moment } from '../outcomes/settle.ts';
import type { AuditSettings } from '../settings.ts';
import { type Believed, beliefsOf, samplesOf, tellBeliefs } from './beliefs.ts';

type Settings = Pick<AuditSettings, 'policy' | 'source'>;

const US = 'prunella';
const AT_A_TIME = 200;
/** Smaller changes of a confidence, as each day brings them, are not worth telling. */
const WORTH_TELLING = 0.005;
/** What is older than this has yet to be heard: what it says of standings comes first. */
const CAUGHT_UP_MS = 60_000;

/**
 * Looks at all rules: old outcomes count less each day, and those that do not stand where their outcomes put them are demoted or promoted. One replica at
 * a time; while old events are being read again nothing is decided anew, because what was decided then is among them.
 */
export async function reviewStandings(
  store: Store,
  { now, heardUntil }: Moment,
  settings: Settings,
): Promise<StandingChanged[]> {
  return await store.transaction(async (transaction) => {
    if (!(await tryLock(transaction, ['learning']))) return [];
    const { learning } = settings.policy();
    const decides = now - heardUntil <= CAUGHT_UP_MS;
    const all = await listConfidence(transaction);
    const due = (await beliefsOf(transaction, all, now, learning))
      .filter((believed, at) => isDue(believed, all[at], decides, settings))
      .slice(0, AT_A_TIME);
    // Outcomes may have come meanwhile: what is decided stands on what is locked.
    const locked = await lockConfidence(
      transaction,
      due.map(({ row }) => row),
    );
    const believed = await beliefsOf(transaction, locked, now, learning);
    const changes = decides ? believed.flatMap((each) => changeBy(each, now, settings)) : [];
    const told = await enter(
      transaction,
      changes,
      believed.map(({ row }) => row),
      { now, settings },
    );
    await tellBeliefs(transaction, told, now);
    return changes;
  });
}

/** Changes a standing by hand: `automatic` leaves it as it is, and to its outcomes. @returns the change. */
export async function changeByHand(
  transaction: Transaction,
  wish: {
    decidedBy: string;
    action: StandingChanged['action'];
    standing: Standing | 'automatic';
    by: string;
    reason: string;
  },
  now: number,
  settings: Settings,
): Promise<StandingChanged> {
  const rows = await lockConfidence(transaction, [wish], { create: true });
  const [believed] = await beliefsOf(transaction, rows, now, settings.policy().learning);
  if (believed === undefined)
    throw new Error(`the row of ${wish.decidedBy} and ${wish.action} was made and is not there`);
  const { by, reason } = wish;
  const standing = wish.standing === 'automatic' ? believed.row.standing : wish.standing;
  const change = changeOf(believed, { standing, by, reason, pinned: wish.standing !== 'automatic' }, now, settings);
  await tellBeliefs(transaction, await enter(transaction, [change], [believed.row], { now, settings }), now);
  return change;
}

/** Takes over changes that were made elsewhere, or before the database was. The same again, or in another order, changes nothing. */
export async function recordStandings(
  transaction: Transaction,
  fresh: readonly EventRecord[],
  now: number,
  settings: Settings,
): Promise<void> {
  const events = ofSubject(fresh, 'standing.changed');
  if (events.length === 0) return;
  await putStandingChanges(transaction, events.map(recordOf));
  const rows = await lockConfidence(
    transaction,
    events.map(({ data }) => data),
    { create: true },
  );
  const believed = await beliefsOf(transaction, rows, now, settings.policy().learning);
  await tellBeliefs(
    transaction,
    folded(
      believed.map(({ row }) => row),
      events.map(entryOf),
    ),
    now,
  );
}

/** Records changes that are made here; they hold at once, and are published afterwards. */
async function enter(
  transaction: Transaction,
  changes: readonly StandingChanged[],
  rows: readonly ConfidenceRow[],
  { now, settings }: { now: number; settings: Settings },
): Promise<ConfidenceRow[]> {
  const events = changes.map((data) => {
    const id = `${data.decidedBy}/${data.action}/standing/${data.at}`;
    const told = { subject: 'standing.changed', source: settings.source, id, time: data.at, data } as const;
    return eventRecord(told, now) as EventRecord<'standing.changed'>;
  });
  await insertEvents(transaction, events);
  await putStandingChanges(transaction, events.map(recordOf));
  await putOutbox(
    transaction,
    events.map(({ eventId, time, data }) => ({ id: eventId, subject: 'standing.changed', payload: { time, data } })),
  );
  return folded(rows, events.map(entryOf));
}

/** Rows after some changes; of those of one rule the latest holds. */
function folded(rows: readonly ConfidenceRow[], entries: readonly StandingEntry[]): ConfidenceRow[] {
  return rows.map((row) => {
    const own = entries.filter(({ decidedBy, action }) => decidedBy === row.decidedBy && action === row.action);
    const standing = row.standingEvent === null ? own : [row.standingEvent, ...own];
    const latest = standing.reduce<StandingEntry | undefined>(
      (a, b) => (a !== undefined && !isLater(b, a) ? a : b),
      undefined,
    );
    if (latest === undefined) return row;
    return {
      ...row,
      standing: latest.standing,
      pinned: latest.pinned,
      standingEvent: latest,
      standingChanges: row.standingChanges + own.length,
      samplesThen: latest.samples,
    };
  });
}

function isLater(a: StandingEntry, b: StandingEntry): boolean {
  const ms = Date.parse(a.at) - Date.parse(b.at);
  return ms === 0 ? a.eventId > b.eventId : ms > 0;
}

function isDue({ row }: Believed, before: ConfidenceRow | undefined, decides: boolean, settings: Settings): boolean {
  const moved = Math.max(Math.abs(row.mean - (before?.mean ?? 0)), Math.abs(row.lower - (before?.lower ?? 0)));
  return moved >= WORTH_TELLING || (decides && next(row, settings) !== row.standing);
}

function changeBy(believed: Believed, now: number, settings: Settings): StandingChanged[] {
  const { row, counts } = believed;
  const standing = next(row, settings);
  if (standing === row.standing) return [];
  const reason = evidenceSays({ ...row, ...counts, threshold: thresholdOf(row, settings) });
  return [changeOf(believed, { standing, by: US, reason, pinned: false }, now, settings)];
}

function next(row: ConfidenceRow, settings: Settings): Standing {
  const { standing, pinned, prior, lower, weight, samplesThen } = row;
  const measured = { standing, pinned, word: prior, lower, tried: weight, since: samplesOf(row) - samplesThen };
  return standingNext(measured, thresholdOf(row, settings), settings.policy().learning);
}

function thresholdOf({ action }: ConfidenceRow, settings: Settings): number {
  return thresholdFor(action, settings.policy());
}

/** What the bound of a rule is held against. The general one: an entry of `pipelines` is about places, and this is about the rule. */
export function thresholdFor(action: StandingChanged['action'], { thresholds }: Pick<Policy, 'thresholds'>): number {
  const risk = riskOf(action);
  return thresholds[risk === 'irreversible' ? 'reversible' : risk];
}

function changeOf(
  { row, counts }: Believed,
  change: Pick<StandingChanged, 'standing' | 'by' | 'reason' | 'pinned'>,
  now: number,
  settings: Settings,
): StandingChanged {
  const { decidedBy, action, mean, lower, weight } = row;
  const oldest = dayWeights(now, settings.policy().learning.halfLife).at(-1)?.day;
  // Dated after the change that it follows, whatever the clock of whoever made that.
  const before = row.standingEvent === null ? 0 : Date.parse(row.standingEvent.at);
  return {
    ...{ decidedBy, action, ...change, ...counts, mean, lower, weight, threshold: thresholdOf(row, settings) },
    samples: samplesOf(row),
    ...(oldest !== undefined && { windowFrom: `${oldest}T00:00:00.000Z` }),
    at: iso(Math.max(now, before + 1)),
  };
}

function recordOf(event: EventRecord<'standing.changed'>) {
  return { id: event.id, entry: entryOf(event) };
}

function entryOf({ data, eventId }: EventRecord<'standing.changed'>): StandingEntry {
  return { ...data, eventId };
}
