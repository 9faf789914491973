import type { ActionStatus } from '@prunella/contracts';
import type { Tally } from '@prunella/policy';
import { proofOf } from '../outcomes/proof.ts';
import { approvalOf } from './approval.ts';
import { attemptOf } from './causal.ts';
import type { Chapter } from './chapter.ts';
import type { State } from './incident.ts';

/** Where an incident stands, and what ended it. */
export interface Standing {
  state: State;
  closedAt: string | null;
  /** Why it is closed; null: it is not. */
  because: string | null;
}

const AFTER: Readonly<Record<ActionStatus, State>> = {
  // Of an action that heals nothing (a note to people); all others are verified.
  executed: 'handed_over',
  recommended: 'recommended',
  failed: 'handed_over',
  superseded: 'closed',
  handed_over: 'handed_over',
  rejected: 'handed_over',
  observed: 'closed',
};

const AFTER_ANSWERS: Readonly<Record<Tally['kind'], State>> = {
  approved: 'scheduled',
  rejected: 'handed_over',
  waiting: 'awaiting_approval',
};

/** A proof ends it; a run that went green by itself does too, unless an action of ours still waits for its proof. */
export function standingOf(chapter: Chapter): Standing {
  const { outcome, executed, green } = chapter;
  if (outcome !== undefined) return closed(outcome.time, outcome.data.reason);
  if (executed?.data.status === 'executed' && proofOf(executed.data.action.type) !== 'nothing')
    return open('verifying');
  if (green !== undefined) {
    const what = green.data.kind === 'deployment' ? 'it is well again' : `attempt ${attemptOf(green)} succeeded`;
    return closed(green.time, `recovered without Prunella's action: ${what}`);
  }
  if (executed === undefined) return open(beforeExecution(chapter));
  const state = AFTER[executed.data.status];
  return state === 'closed' ? closed(executed.time, executed.data.explanation) : open(state);
}

function beforeExecution(chapter: Chapter): State {
  const { requested, answers, scheduled, diagnosis } = chapter;
  if (scheduled !== undefined) return 'scheduled';
  if (requested !== undefined || answers.length > 0) return AFTER_ANSWERS[approvalOf(chapter).kind];
  return diagnosis === undefined ? 'detected' : 'diagnosed';
}

function open(state: State): Standing {
  return { state, closedAt: null, because: null };
}

function closed(closedAt: string, because: string): Standing {
  return { state: 'closed', closedAt, because };
}
