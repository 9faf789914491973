import type { Attempt, End, IncidentSeen, Ledger, RunSeen } from '../ledger/ledger.ts';
import { type Promised, promiseOf } from '../load/promised.ts';
import type { Check } from './check.ts';
import { isSameRun, rerunsTold, runOf } from './effects.ts';

const FINAL = new Set(['closed', 'recommended', 'handed_over']);

export const finalState: Check = {
  id: 'final-state',
  says: 'Each incident has come to its end, or waits for a person who was asked and has not answered.',
  when: 'eventually',
  broken(ledger, promised) {
    if (ledger.end.incidents === undefined) return ['the API did not answer in the end'];
    return ledger.end.incidents
      .filter((incident) => !FINAL.has(incident.state) && !waitsForPeople(incident, ledger, promised))
      .map((incident) => `${nameOf(incident)} is still ${incident.state} (${incident.status ?? 'nothing done'})`);
  },
};

function waitsForPeople(incident: IncidentSeen, { answers }: Ledger, promised: Promised): boolean {
  const { state, repository, attempt } = incident;
  if (state !== 'awaiting_approval' || promiseOf(promised, repository)?.mode !== 'approve') return false;
  return !answers.some((answer) => isSameRun(answer, incident) && answer.attempt === attempt);
}

export const trueOutcome: Check = {
  id: 'true-outcome',
  says: 'What Prunella says of a run is what the platform says of it: healed when its rerun passed, and not when it failed.',
  when: 'eventually',
  broken(ledger) {
    const incidents = new Map(ledger.end.incidents?.map((incident) => [runOf(incident), incident]));
    const told = new Set(ledger.deliveries.filter(({ acceptedAt }) => acceptedAt !== undefined).map(keyOf));
    return ledger.end.runs.flatMap((run) => {
      const incident = incidents.get(runOf(run));
      // What nobody told, or not in time, it can't know.
      if (incident === undefined || run.conclusion === null || !told.has(keyOf(run))) return [];
      return wrongAbout(run, incident, ledger);
    });
  },
};

function wrongAbout(run: RunSeen, incident: IncidentSeen, ledger: Ledger): string[] {
  const { effects, byPeople } = ledger;
  const name = nameOf(incident);
  const begun = (list: readonly Attempt[]) => list.some((one) => keyOf(one) === keyOf(run));
  if (run.conclusion === 'failure') {
    if (incident.outcome === 'healed') return [`${name} is called healed, and attempt ${run.attempt} failed`];
    if (incident.attempt === run.attempt) return [];
    return [`${name} is about attempt ${incident.attempt}, and attempt ${run.attempt} failed`];
  }
  // Whoever runs again what our rerun has healed takes nothing from it.
  const weHealed = effects.some((effect) => isSameRun(effect, run) && effect.conclusion === 'success');
  if (incident.outcome === 'healed' && !weHealed && !begun(rerunsTold(ledger)))
    return [`${name} is called healed, and attempt ${run.attempt} was begun by somebody else`];
  // Whoever was faster: when a person began it, it is not our heal, and need not be.
  if (!begun(effects) || begun(byPeople)) return incident.state === 'closed' ? [] : [`${name} is green and not closed`];
  return incident.outcome === 'healed' ? [] : [`${name} was healed by its rerun, and is called ${incident.outcome}`];
}

export const stillHeals: Check = {
  id: 'still-heals',
  says: 'After the last fault a failed run is still healed, and a report still becomes an incident.',
  when: 'eventually',
  broken({ probes, end }) {
    if (end.incidents === undefined) return ['the API did not answer in the end'];
    const told = end.incidents.some(({ pipelineId }) => pipelineId === probes.pipelineId);
    return [
      ...(probes.runs.length === 0 ? ['no run was begun in the calm'] : []),
      ...probes.runs.flatMap((run) => notHealed(run, end)),
      ...(told ? [] : [`report ${probes.pipelineId} was told in the calm, and is no incident`]),
    ];
  },
};

function notHealed(run: Attempt, { incidents = [], events = [] }: End): string[] {
  const incident = incidents.find((one) => isSameRun(one, run));
  if (incident?.outcome === 'healed') return [];
  const outcome = incident === undefined ? 'no incident' : `${incident.state}, ${incident.outcome ?? 'no outcome'}`;
  const against = events
    .filter((event) => event.subject === 'action.executed' && isSameRun(event, run))
    .map(({ status, refusedBy }) => `${status} ${refusedBy}`);
  return [`run ${runOf(run)} began in the calm, and is not healed: ${outcome} (${against.join('; ')})`];
}

function keyOf(attempt: Attempt): string {
  return `${runOf(attempt)}/${attempt.attempt}`;
}

function nameOf({ id, repository, pipelineId, runId }: IncidentSeen): string {
  return `${id} (${repository || pipelineId}${runId === '' ? '' : `#${runId}`})`;
}
