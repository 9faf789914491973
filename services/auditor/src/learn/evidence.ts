import type { ActionType, Cause } from '@prunella/contracts';
import { dayOf } from '@prunella/learning';
import type { EventRecord, Observation } from '@prunella/store';
import { attemptOf, inCausalOrder, isUndo, ofSubject } from '../ledger/causal.ts';
import type { History } from '../ledger/history.ts';
import { countedOutcomes, outcomeKey } from '../outcomes/actions.ts';
import { rerunActions } from '../outcomes/proof.ts';
import { byLaterRun } from '../outcomes/settle.ts';

/** What one action, done or recommended, taught about whoever decided it. */
export interface Evidence {
  /** One for each; the same whatever it teaches. */
  key: string;
  decidedBy: string;
  action: ActionType;
  cause: Cause;
  outcome: 'healed' | 'ineffective' | 'harmful';
  /** What it said of itself. */
  prior: number;
  /** When it was proven; ISO 8601. */
  at: string;
}

/** Longest name that `confidence.updated` can carry. */
const LONGEST_NAME = 256;

/**
 * What the events of one incident teach: the outcomes that count, and how a rerun ended that people began after it was only recommended. Inconclusive
 * ones, and those of actions that no rule of ours decided, teach nothing.
 */
export function evidenceIn(events: readonly EventRecord[]): Evidence[] {
  // Most failures are never acted on, and each of their events comes by here.
  if (!events.some(({ subject }) => subject === 'action.executed' || subject === 'outcome.observed')) return [];
  const decided = ofSubject(inCausalOrder(events), 'action.executed').filter((event) => !isUndo(event));
  const causes = new Map(decided.map((event) => [outcomeKey(event), event.data.cause]));
  const counted = countedOutcomes(events).flatMap((event) => {
    const key = outcomeKey(event);
    const { outcome, action, decidedBy, prior, provenAt } = event.data;
    if (outcome === 'inconclusive') return [];
    const cause = known(causes.get(key)) ?? causeAt(events, event);
    return [{ key, decidedBy, action, cause, outcome, prior: clamp(prior), at: provenAt ?? event.time }];
  });
  return [...counted, ...decided.flatMap((event) => followed(event, events))].filter(
    ({ decidedBy }) => decidedBy !== '' && decidedBy.length <= LONGEST_NAME,
  );
}

/** A rerun is the same whoever begins it. */
function followed(event: EventRecord<'action.executed'>, events: readonly EventRecord[]): Evidence[] {
  const { status, action, run, decidedBy, prior, cause } = event.data;
  if (status !== 'recommended' || run.runId === '' || !rerunActions.includes(action.type)) return [];
  const finding = byLaterRun(event, events);
  if (finding === undefined || finding.outcome === 'inconclusive') return [];
  const at =
    finding.evidence
      .map(({ time }) => time)
      .sort()
      .at(-1) ?? event.time;
  return [
    {
      key: `${outcomeKey(event)}/followed`,
      ...{ decidedBy, action: action.type, cause: known(cause) ?? 'unknown', outcome: finding.outcome },
      ...{ prior: clamp(prior), at },
    },
  ];
}

function causeAt(events: readonly EventRecord[], outcome: EventRecord<'outcome.observed'>): Cause {
  const made = ofSubject(inCausalOrder(events), 'diagnosis.made').findLast(
    (event) => attemptOf(event) === attemptOf(outcome),
  );
  return made?.data.cause ?? 'unknown';
}

/** A word that its publisher left out arrives as the zero of its enum. */
function known(cause: Cause | undefined): Cause | undefined {
  return cause === undefined || cause.endsWith('_unspecified') ? undefined : cause;
}

/** A foreign verifier may send any number; a prior is a probability. */
function clamp(prior: number): number {
  return Math.min(Math.max(prior, 0), 1);
}

/** What the fresh events add to what is known, and take back of it. It depends on the events only, and not on the order in which they came. */
export function learntFrom(fresh: readonly EventRecord[], histories: readonly History[]): Observation[] {
  const freshIds = new Set(fresh.map((event) => event.id));
  return histories.flatMap(({ own }) => {
    const before = new Map(evidenceIn(own.filter(({ id }) => !freshIds.has(id))).map((each) => [each.key, each]));
    const now = new Map(evidenceIn(own).map((each) => [each.key, each]));
    const gone = [...before.values()].filter((was) => !same(was, now.get(was.key)));
    const added = [...now.values()].filter((is) => !same(is, before.get(is.key)));
    return [...gone.map((was) => observation(was, -1)), ...added.map((is) => observation(is, 1))];
  });
}

/** All that the events of some incidents teach. */
export function observationsIn(events: readonly EventRecord[]): Observation[] {
  const byIncident = Map.groupBy(events, ({ incidentId }) => incidentId ?? '');
  return [...byIncident.values()].flatMap(evidenceIn).map((each) => observation(each, 1));
}

function same(a: Evidence, b: Evidence | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function observation({ decidedBy, action, cause, outcome, prior, at }: Evidence, count: 1 | -1): Observation {
  const none = { healed: 0, ineffective: 0, harmful: 0 };
  const priorAt = new Date(at).toISOString();
  return { decidedBy, action, cause, day: dayOf(Date.parse(at)), prior, priorAt, ...none, [outcome]: count };
}
