import type { Cause, Outcome } from '@prunella/contracts';
import { type Incident, OUTCOMES, STATES, type State } from './incident.ts';
import { CAUSES } from './words.ts';

/** What the list is narrowed to. An absent field does not narrow. */
export interface Filter {
  state?: State;
  outcome?: Outcome;
  cause?: Cause;
  repository?: string;
  q?: string;
}

const CAUSE_WORDS = Object.keys(CAUSES) as Cause[];

/** Reads the filter from the page's address; values that are no words of ours are left out. */
export function readFilter(params: URLSearchParams): Filter {
  const filter: Filter = {};
  const state = STATES.find((word) => word === params.get('state'));
  const outcome = OUTCOMES.find((word) => word === params.get('outcome'));
  const cause = CAUSE_WORDS.find((word) => word === params.get('cause'));
  const repository = params.get('repository')?.trim();
  const q = params.get('q')?.trim();
  if (state) filter.state = state;
  if (outcome) filter.outcome = outcome;
  if (cause) filter.cause = cause;
  if (repository) filter.repository = repository;
  if (q) filter.q = q;
  return filter;
}

/** The filter as query parameters, in a fixed order, for the address bar and the API alike. */
export function writeFilter(filter: Filter): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of ['state', 'outcome', 'cause', 'repository', 'q'] as const) {
    const value = filter[key];
    if (value) params.set(key, value);
  }
  return params;
}

export function isEmpty(filter: Filter): boolean {
  return writeFilter(filter).size === 0;
}

/** Whether an incident that arrives live belongs into the list. The API's own answer stands; this only anticipates it. */
export function matches(incident: Incident, filter: Filter): boolean {
  if (filter.state && incident.state !== filter.state) return false;
  if (filter.outcome && incident.outcome !== filter.outcome) return false;
  if (filter.cause && incident.cause !== filter.cause) return false;
  if (filter.repository && incident.repository !== filter.repository) return false;
  return !filter.q || mentions(incident, filter.q);
}

function mentions(incident: Incident, q: string): boolean {
  const wanted = q.toLowerCase();
  const { id, pipelineId, name, repository, branch, headSha, explanation, runId } = incident;
  return [id, pipelineId, name, repository, branch, headSha, explanation, runId].some((text) =>
    text?.toLowerCase().includes(wanted),
  );
}
