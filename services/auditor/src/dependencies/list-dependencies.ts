import { iso } from '@prunella/core';
import { addressOf, type Dependency, type DependencyRecord, type Standing, standingOf } from '@prunella/policy';
import type { DependencyChange } from '@prunella/store';
import type { DependencyItem, DependencyList } from '../api/answers/dependencies.ts';
import type { Incident } from '../ledger/incident.ts';

/** What the list is made of. */
export interface Known {
  /** As the auditor's own policy file declares them. */
  declared: readonly Dependency[];
  /** As the detector keeps them. */
  records: readonly DependencyRecord[];
  /** Incidents whose action waits, for whatever. */
  scheduled: readonly Incident[];
  /** The newest first. */
  changes: readonly DependencyChange[];
}

/** What needs somebody comes first. */
const ORDER = ['down', 'suspected', 'unknown', 'up'];
/** A few show who they are; there may be hundreds. */
const MOST_WAITING = 50;

/** How each dependency is. Those that only the detector knows (its policy file is another one) are told, too. Pure. @param now ms since the epoch. */
export function listDependencies(known: Known, now: number): DependencyList {
  const recordOf = new Map(known.records.map((record) => [record.name, record]));
  const names = new Set(known.declared.map(({ name }) => name));
  const items = [
    ...known.declared.map((dependency) => declaredItem(dependency, recordOf.get(dependency.name), known, now)),
    ...known.records.filter(({ name }) => !names.has(name)).map((record) => foreignItem(record, known)),
  ];
  const rank = ({ state }: DependencyItem) => ORDER.indexOf(state);
  return { items: items.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1)) };
}

function declaredItem(
  dependency: Dependency,
  record: DependencyRecord | undefined,
  known: Known,
  now: number,
): DependencyItem {
  const place = addressOf(dependency);
  const standing = standingOf(record, dependency, now);
  return {
    ...common(dependency.name, place, standing, record, known),
    kind: dependency.kind,
    declared: true,
    intervalMs: dependency.interval,
    usedBy: dependency.neededBy.map(({ match, steps }) => ({ match: matchText(match), steps })),
  };
}

function foreignItem(record: DependencyRecord, known: Known): DependencyItem {
  const [kind = '', ...place] = record.of.split(' ');
  return {
    ...common(record.name, place.join(' '), record, record, known),
    ...{ kind, declared: false, intervalMs: null, usedBy: [] },
  };
}

function common(
  name: string,
  address: string,
  { state, since, reason }: Standing,
  record: DependencyRecord | undefined,
  { scheduled, changes }: Known,
) {
  const probe = record?.lastProbe;
  const waiting = scheduled.filter((incident) => isHeldBy(incident, name));
  return {
    name,
    address,
    state,
    since: record === undefined ? null : iso(since),
    reason,
    lastProbe:
      probe === undefined
        ? null
        : { at: iso(probe.at), result: probe.kind, says: probe.says, tookMs: Math.round(probe.tookMs) },
    suspectedBy: (record?.mentions ?? []).map(({ pipeline, incidentId, at, lines }) => ({
      ...{ pipeline, incidentId, at: iso(at), line: lines[0]?.text ?? '' },
    })),
    waiting: waiting.slice(0, MOST_WAITING).map(({ id, name: pipeline, repository }) => ({ id, pipeline, repository })),
    waitingCount: waiting.length,
    history: changes
      .filter((change) => change.name === name)
      .map((change) => ({
        at: change.at.toISOString(),
        state: change.state,
        before: change.before,
        reason: change.reason,
      })),
  };
}

/** The remediator says what it waits for: `images (registry.example:443) is down: ...`. */
function isHeldBy({ reason }: Incident, name: string): boolean {
  return reason?.startsWith(`${name} (`) === true && /\) is (?:down|suspected): /.test(reason);
}

/** `repository acme/**, branch main or release/*` */
function matchText(match: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  return Object.entries(match)
    .flatMap(([field, globs]) => (globs === undefined ? [] : `${field} ${[globs].flat().join(' or ')}`))
    .join(', ');
}
