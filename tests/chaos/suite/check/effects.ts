import type { Attempt, EventSeen, Ledger } from '../ledger/ledger.ts';
import type { Check } from './check.ts';

const RERUNS = new Set(['retry', 'retry_with_backoff', 'wait_for_dependency']);

/** The attempts that Prunella says it began, each once however often its event was put on the bus. */
export function rerunsTold({ end }: Ledger): (Attempt & { key: string })[] {
  const told = (end.events ?? []).filter(
    ({ subject, status, action }) => subject === 'action.executed' && status === 'executed' && RERUNS.has(action),
  );
  return [...new Map(told.map((event) => [event.identity, event])).values()].map((event) => ({
    ...{ repository: event.repository, runId: event.runId, attempt: event.attempt + 1, key: event.key },
  }));
}

export const oneEffect: Check = {
  id: 'one-effect',
  says: 'Each rerun on the platform belongs to one decision, and each decision that was carried out to one rerun.',
  when: 'eventually',
  broken(ledger) {
    const told = count(rerunsTold(ledger).map(nameOf));
    const seen = count(ledger.effects.map(nameOf));
    const people = new Set(ledger.byPeople.map(nameOf));
    const names = [...new Set([...told.keys(), ...seen.keys()])];
    return names.flatMap((name) => {
      const [said, done] = [told.get(name) ?? 0, seen.get(name) ?? 0];
      if (done > 1) return [`${name} was begun ${done} times`];
      if (said > 1) return [`${name} was told ${said} times as carried out`];
      if (done === 1 && said === 0) return [`${name} was begun, and no decision says so`];
      // A person may have been faster by a moment: then it is their rerun that is seen.
      if (done === 0 && said === 1 && !people.has(name))
        return [`${name} was told as begun, and the platform never saw it`];
      return [];
    });
  },
};

export const toldOnce: Check = {
  id: 'told-once',
  says: 'Each event is on the bus once, but for those that the suite itself put there again.',
  when: 'always',
  broken({ end, replayed }) {
    const events = end.events ?? [];
    const counts = count(events.map(({ identity }) => identity));
    for (const identity of replayed) counts.set(identity, (counts.get(identity) ?? 0) - 1);
    // The same thing told under two ids is told twice as well.
    const distinct = [...new Map(events.map((event) => [event.identity, event])).values()];
    const things = count(distinct.filter(isToldOnce).map((event) => `${event.subject} of ${nameOf(event)}`));
    return [...counts, ...things]
      .filter(([, times]) => times > 1)
      .map(([what, times]) => `${what} is there ${times} times`);
  },
};

const TOLD_ONCE = new Set(['pipeline.failed', 'pipeline.finished', 'outcome.observed']);

/** Of a run that ended, of its failure, and of what became of it: one event for each attempt. What is known better later takes back what was said. */
function isToldOnce({ subject, runId, kind, reverses }: EventSeen): boolean {
  return TOLD_ONCE.has(subject) && runId !== '' && kind !== 'job' && reverses === '';
}

export const countedOnce: Check = {
  id: 'counted-once',
  says: 'The report counts each rerun once, and each heal once; so does what is learnt, where a rerun by people that was only recommended may count as well.',
  when: 'eventually',
  broken(ledger) {
    const { report } = ledger.end;
    if (report === undefined) return ['the report could not be read in the end'];
    const acted = rerunsTold(ledger).length;
    const healed = new Set(healsTold(ledger).map(nameOf)).size;
    const followed = followedByPeople(ledger).length;
    return [
      ...(report.acted === acted ? [] : [`the report counts ${report.acted} actions, expected ${acted}`]),
      ...(report.healed === healed ? [] : [`the report counts ${report.healed} heals, expected ${healed}`]),
      ...(report.learntHealed >= healed && report.learntHealed <= healed + followed
        ? []
        : [`${report.learntHealed} heals were learnt from, expected ${healed}, and ${followed} more at most`]),
    ];
  },
};

/** Reruns that people began where one was only recommended: a rerun is the same whoever begins it. */
function followedByPeople({ byPeople, end }: Ledger): Attempt[] {
  const recommended = (end.events ?? []).filter(
    ({ subject, status }) => subject === 'action.executed' && status === 'recommended',
  );
  const next = new Set(recommended.map((event) => nameOf({ ...event, attempt: event.attempt + 1 })));
  return byPeople.filter((attempt) => next.has(nameOf(attempt)));
}

function healsTold({ end }: Ledger): EventSeen[] {
  return (end.events ?? []).filter(({ subject, status }) => subject === 'outcome.observed' && status === 'healed');
}

/** A run and its attempt. */
export function nameOf(attempt: Attempt): string {
  return `${runOf(attempt)} attempt ${attempt.attempt}`;
}

type Run = Pick<Attempt, 'repository' | 'runId'>;

/** Platforms count their runs each for itself: a number alone is none. */
export function runOf({ repository, runId }: Run): string {
  return `${repository}#${runId}`;
}

export function isSameRun(a: Run, b: Run): boolean {
  return a.repository === b.repository && a.runId === b.runId;
}

export function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
