import type { LucideIcon } from 'lucide-react';
import {
  CalendarClock,
  CircleCheck,
  CircleHelp,
  CircleX,
  Hand,
  LoaderCircle,
  Play,
  Scale,
  ScrollText,
  Stethoscope,
  ThumbsDown,
  ThumbsUp,
  UserRound,
} from 'lucide-react';
import type { ActionStep, Step } from '../model/steps.ts';
import { actionIcon } from '../parts/action-icon.ts';
import { OUTCOME_LOOKS, type Tone } from '../parts/status.ts';

interface Look {
  icon: LucideIcon;
  tone: Tone;
}

/** Icon and colour of a step; its title says the same in words. */
export function lookOf(step: Step): Look {
  switch (step.kind) {
    case 'started':
      return { icon: Play, tone: 'gray' };
    case 'failed':
      return { icon: CircleX, tone: 'red' };
    case 'finished':
      return step.conclusion === 'success' ? { icon: CircleCheck, tone: 'green' } : { icon: CircleHelp, tone: 'gray' };
    case 'evidence':
      return { icon: ScrollText, tone: 'gray' };
    case 'diagnosis':
      return { icon: Stethoscope, tone: 'violet' };
    case 'decision':
      return { icon: step.verdict === 'handing_over' ? UserRound : Scale, tone: 'violet' };
    case 'scheduled':
      return { icon: CalendarClock, tone: 'blue' };
    case 'requested':
      return { icon: Hand, tone: 'amber' };
    case 'approved':
      return step.approved ? { icon: ThumbsUp, tone: 'green' } : { icon: ThumbsDown, tone: 'red' };
    case 'action':
      return lookOfAction(step);
    case 'outcome':
      return step.outcome ? (OUTCOME_LOOKS[step.outcome] ?? OUTCOME_LOOKS.inconclusive) : OUTCOME_LOOKS.inconclusive;
    case 'pending':
      return { icon: LoaderCircle, tone: 'gray' };
  }
}

function lookOfAction({ action, status }: ActionStep): Look {
  const icon = status === 'handed_over' ? UserRound : action ? actionIcon(action) : CircleHelp;
  if (status === 'executed') return { icon, tone: 'blue' };
  if (status === 'failed') return { icon, tone: 'red' };
  return { icon, tone: status === 'handed_over' ? 'violet' : 'gray' };
}
