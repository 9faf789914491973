import type { Outcome } from '@prunella/contracts';
import type { LucideIcon } from 'lucide-react';
import {
  Archive,
  CalendarClock,
  CircleCheck,
  CircleHelp,
  CircleX,
  Hand,
  Lightbulb,
  Radar,
  RotateCcwClock,
  Stethoscope,
  TrendingDown,
  UserRound,
} from 'lucide-react';
import type { Incident, State } from '../model/incident.ts';
import { labelOf, OUTCOME_LABELS, STATE_LABELS } from '../model/words.ts';

export type Tone = 'green' | 'amber' | 'red' | 'violet' | 'blue' | 'gray';

interface Look {
  icon: LucideIcon;
  tone: Tone;
}

export const OUTCOME_LOOKS: Record<Outcome, Look> = {
  healed: { icon: CircleCheck, tone: 'green' },
  ineffective: { icon: CircleX, tone: 'amber' },
  harmful: { icon: TrendingDown, tone: 'red' },
  inconclusive: { icon: CircleHelp, tone: 'gray' },
};

export const STATE_LOOKS: Record<State, Look> = {
  detected: { icon: Radar, tone: 'blue' },
  diagnosed: { icon: Stethoscope, tone: 'blue' },
  scheduled: { icon: CalendarClock, tone: 'blue' },
  awaiting_approval: { icon: Hand, tone: 'amber' },
  verifying: { icon: RotateCcwClock, tone: 'blue' },
  recommended: { icon: Lightbulb, tone: 'gray' },
  handed_over: { icon: UserRound, tone: 'violet' },
  closed: { icon: Archive, tone: 'gray' },
};

const UNKNOWN: Look = { icon: CircleHelp, tone: 'gray' };

/** States that matter more than the outcome of what was tried before. */
const LEFT: ReadonlySet<State> = new Set(['handed_over', 'recommended']);

/** The one thing to say about an incident: its outcome as soon as there is one, else how far it is. */
export function statusOf({ outcome, state }: Pick<Incident, 'outcome' | 'state'>): Look & { label: string } {
  if (outcome && !LEFT.has(state))
    return { ...(OUTCOME_LOOKS[outcome] ?? UNKNOWN), label: labelOf(OUTCOME_LABELS, outcome) };
  return { ...(STATE_LOOKS[state] ?? UNKNOWN), label: labelOf(STATE_LABELS, state) };
}
