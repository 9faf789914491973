import type { Outcome } from '@prunella/contracts';
import { formatDuration } from './format.ts';
import type { Incident } from './incident.ts';
import { ACTIONS, CAUSES } from './words.ts';

const DELIVERY = 'delivery';

/** The incident in one sentence or two: what happened, what was done, how it ended. */
export function tellStory(incident: Incident): string {
  return `${whatHappened(incident)} ${howItStands(incident)}`;
}

/** The pipeline's name for people. */
export function pipelineName(incident: Pick<Incident, 'name' | 'pipelineId'>): string {
  return incident.name || incident.pipelineId;
}

function whatHappened(incident: Incident): string {
  const where = incident.branch ? `${pipelineName(incident)} on ${incident.branch}` : pipelineName(incident);
  const cause = incident.cause && CAUSES[incident.cause];
  if (!cause) return `${where} failed.`;
  return `${cause.phrase} ${incident.domain === DELIVERY ? 'hit' : 'broke'} ${where}.`;
}

function howItStands(incident: Incident): string {
  const action = incident.action && ACTIONS[incident.action];
  const did = action?.did ?? 'acted';
  const does = action?.does ?? 'act';
  if (incident.outcome && incident.state === 'handed_over') return afterAnEarlierOutcome(incident.outcome);
  if (incident.outcome && incident.state !== 'recommended') return howItEnded(incident, did);
  switch (incident.state) {
    case 'detected':
      return 'Prunella is reading the logs.';
    case 'diagnosed':
      return 'Prunella is deciding what to do.';
    case 'scheduled':
      return `Prunella will ${does} when the time has come.`;
    case 'awaiting_approval':
      return `Prunella asks whether it may ${does}.`;
    case 'verifying':
      return `Prunella ${did} and is checking whether that helped.`;
    case 'recommended':
      return `Prunella would ${does}, but may only recommend here.`;
    case 'handed_over':
      return 'It was left to humans.';
    default:
      return withoutOutcome(incident);
  }
}

function howItEnded(incident: Incident, did: string): string {
  const acted = incident.status === 'executed';
  const took = incident.closedAt ? Date.parse(incident.closedAt) - Date.parse(incident.openedAt) : undefined;
  switch (incident.outcome) {
    case 'healed':
      if (!acted) return 'It recovered without Prunella.';
      return took === undefined
        ? `Prunella ${did}, and it healed.`
        : `Prunella ${did}, and it healed after ${formatDuration(took)}.`;
    case 'ineffective':
      return acted ? `Prunella ${did}; it did not help.` : 'It failed again.';
    case 'harmful':
      return `Prunella ${did}; it made things worse.`;
    default:
      return acted ? `Prunella ${did}; nothing proved that it helped.` : 'Nothing proved how it went on.';
  }
}

/** Handed over with an outcome: that of what was tried before. */
function afterAnEarlierOutcome(outcome: Outcome): string {
  if (outcome === 'healed') return 'It had been healed before; this time it was left to humans.';
  return 'What was tried before did not help, so it was left to humans.';
}

/** Closed, and no action of ours has an outcome. */
function withoutOutcome(incident: Incident): string {
  switch (incident.status) {
    case 'superseded':
      return 'Nothing was done: the world had moved on.';
    case 'observed':
      return 'Prunella only watched.';
    default:
      return 'It recovered without Prunella.';
  }
}
