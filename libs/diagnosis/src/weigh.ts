import type { ActionType } from '@prunella/contracts';
import type { Candidate } from './candidate.ts';
import type { DiagnosisDeps } from './diagnosis.ts';

/** By how much a metric that says the same raises a confidence, and how high at most. */
const CONFIRMATION = 0.1;
const HIGHEST = 0.99;

interface MetricSign {
  metric: string;
  above: number;
  /** The action that the metric speaks for. */
  action: ActionType;
  /** What it means when no rule says so. */
  alone(value: number): Sign;
}

type Sign = Omit<Candidate, 'confidence' | 'lines' | 'count' | 'notes'>;

const SIGNS: readonly MetricSign[] = [
  {
    metric: 'error_rate',
    above: 0.1,
    action: 'rollback',
    alone: () => ({
      cause: 'error_rate',
      action: { type: 'rollback', parameters: { strategy: 'immediate', verify: true } },
      decidedBy: 'metrics:error-rate',
      says: 'The service answers more than a tenth of its requests with errors.',
      transient: 0.2,
      prior: 0.8,
    }),
  },
  {
    metric: 'memory',
    above: 0.9,
    action: 'scale_resources',
    alone: (value) => ({
      cause: 'oom',
      action: { type: 'scale_resources', parameters: { resource: 'memory', factor: value > 0.95 ? 2 : 1.5 } },
      decidedBy: 'metrics:memory',
      says: 'Nearly all of the memory is in use.',
      transient: 0.3,
      prior: 0.85,
    }),
  },
];

/** Lets the metrics confirm candidates, and speak for themselves where no candidate says the same. */
export function weighWithMetrics(
  candidates: readonly Candidate[],
  metrics: Readonly<Record<string, number>>,
): Candidate[] {
  return SIGNS.reduce<Candidate[]>(
    (weighed, sign) => {
      const value = metrics[sign.metric];
      if (value === undefined || !(value > sign.above)) return weighed;
      const note = `${sign.metric} ${round(value)} is above ${sign.above}`;
      if (!weighed.some(({ action }) => action.type === sign.action)) return weighed.concat(alone(sign, value, note));
      return weighed.map((candidate) =>
        candidate.action.type === sign.action ? confirmed(candidate, sign.alone(value), note) : candidate,
      );
    },
    [...candidates],
  );
}

function alone(sign: MetricSign, value: number, note: string): Candidate {
  const candidate = sign.alone(value);
  return { ...candidate, confidence: candidate.prior, lines: [], count: 0, notes: [note] };
}

/** Two signs are never weaker together than the stronger one by itself. */
function confirmed(candidate: Candidate, { prior }: Sign, note: string): Candidate {
  const raised = Math.min(HIGHEST, round(candidate.confidence + CONFIRMATION));
  const confidence = Math.max(candidate.confidence, prior, raised);
  return { ...candidate, confidence, notes: [...candidate.notes, `${note}, which confirms it`] };
}

/** What outcomes taught replaces what the rule says of itself, unless a person pinned that; it stays readable as `prior`. */
export function weighWithOutcomes(candidate: Candidate, learnt: DiagnosisDeps['learnt']): Candidate {
  const known = learnt(candidate.decidedBy, candidate.action.type);
  if (known === undefined) return candidate;
  const standing = known.demoted === undefined ? {} : { demoted: known.demoted };
  if (known.pinned !== undefined) return { ...candidate, ...standing, notes: [...candidate.notes, known.pinned] };
  if (known.samples === 0) return { ...candidate, ...standing };
  const { mean, lower = mean } = known;
  const bound = round(lower) < round(mean) ? ` (at least ${round(lower)})` : '';
  const note = `${known.samples} past outcome${known.samples === 1 ? '' : 's'} put the confidence at ${round(mean)}${bound} instead of ${round(candidate.confidence)}`;
  return { ...candidate, ...standing, confidence: mean, lower, notes: [...candidate.notes, note] };
}

/** At most four decimals, so that sums of tenths read as what they are. */
export function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
