import type { ActionPlace, PlacedAction, PlacedFailure } from '@prunella/store';

/** An action with how many related failures were told shortly before and after it. */
export interface Coincidence extends PlacedAction {
  before: number;
  after: number;
}

const COMMON = ['repository', 'environment', 'workload'] as const;

/**
 * Counts for each action the failures within `withinMs` of the same repository, environment or workload. What the pipeline itself does in its incident
 * is told there already, and does not count. It takes no longer when all come at once: failures are counted by where they are, not looked at one by one.
 */
export function coincidences(
  actions: readonly PlacedAction[],
  failures: readonly PlacedFailure[],
  withinMs: number,
): Coincidence[] {
  const timesBy = new Map<string, number[]>();
  const ownBy = new Map<string, PlacedFailure[]>();
  for (const failure of failures.toSorted((a, b) => a.atMs - b.atMs)) {
    for (const { key } of placesOf(failure)) append(timesBy, key, failure.atMs);
    append(ownBy, failure.incidentId, failure);
  }
  return actions.map((action) => {
    const at = action.at.getTime();
    const places = placesOf(action);
    const own = (ownBy.get(action.incidentId) ?? []).filter(
      (failure) => isItself(action, failure) && isRelated(action, failure),
    );
    const count = (of: (times: readonly number[]) => number) =>
      places.reduce((sum, { key, sign }) => sum + sign * of(timesBy.get(key) ?? []), 0) -
      of(own.map(({ atMs }) => atMs));
    return {
      ...action,
      before: count((times) => countBefore(times, at) - countBefore(times, at - withinMs)),
      after: count((times) => countBefore(times, at + withinMs + 1) - countBefore(times, at)),
    };
  });
}

/**
 * What two have in common, one thing or more. What is counted with either of two things is counted twice where it has both: that is taken off (and so on),
 * which is what the sign is for.
 */
const SETS: readonly { fields: readonly (typeof COMMON)[number][]; sign: 1 | -1 }[] = [
  ...COMMON.map((field) => ({ fields: [field], sign: 1 as const })),
  { fields: ['repository', 'environment'], sign: -1 },
  { fields: ['repository', 'workload'], sign: -1 },
  { fields: ['environment', 'workload'], sign: -1 },
  { fields: COMMON, sign: 1 },
];

function placesOf(place: ActionPlace): { key: string; sign: 1 | -1 }[] {
  const places: { key: string; sign: 1 | -1 }[] = [];
  for (const { fields, sign } of SETS) {
    if (fields.some((field) => place[field] === '')) continue;
    // No text of Postgres holds a NUL.
    places.push({ key: fields.map((field) => `${field}\0${place[field]}`).join('\0'), sign });
  }
  return places;
}

function isRelated(a: ActionPlace, b: ActionPlace): boolean {
  return COMMON.some((field) => a[field] !== '' && a[field] === b[field]);
}

/** The pipeline in its incident. */
function isItself(a: ActionPlace, b: ActionPlace): boolean {
  return a.incidentId === b.incidentId && a.platform === b.platform && a.pipelineId === b.pipelineId;
}

/** How many of some times, in ms and in their order, are before that one. */
function countBefore(times: readonly number[], at: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((times[middle] ?? at) < at) from = middle + 1;
    else to = middle;
  }
  return from;
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
