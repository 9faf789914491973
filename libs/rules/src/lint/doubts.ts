import type { ActionType } from '@prunella/contracts';
import { domainOf } from '@prunella/core';
import type { Rule } from '../schema.ts';
import type { Note } from './finding.ts';

/** Actions that run the same thing again. */
const RERUNS: readonly ActionType[] = ['retry', 'retry_with_backoff', 'wait_for_dependency'];
/** Below it a rerun fails again more often than is worth its minutes. */
const WORTH_A_RERUN = 0.3;
/** From here on a rerun would nearly always help. */
const WASTED_ON_HUMANS = 0.8;

/** What a rule says about itself and can't mean. */
export function doubtsAbout({ cause, transient, confidence, action }: Rule): Note[] {
  const reruns = RERUNS.includes(action.type);
  const notes: Note[] = [];
  if (confidence === 1) {
    const says = 'expected a confidence below 1, for outcomes to correct, found 1: no rule is certain';
    notes.push({ at: ['confidence'], severity: 'problem', check: 'certainty', says });
  }
  if (reruns && domainOf(cause) === 'code') {
    const says = `expected notify_human, found ${action.type}: ${cause} is in the code, and the same code fails again`;
    notes.push({ at: ['action', 'type'], severity: 'problem', check: 'code-rerun', says });
  }
  if (reruns && transient < WORTH_A_RERUN) {
    const says = `expected at least ${WORTH_A_RERUN} with ${action.type}, found ${transient}: a rerun would mostly fail again`;
    notes.push({ at: ['transient'], severity: 'problem', check: 'transient', says });
  }
  if (action.type === 'notify_human' && transient >= WASTED_ON_HUMANS) {
    const says = `expected below ${WASTED_ON_HUMANS} with notify_human, found ${transient}: a rerun would mostly help`;
    notes.push({ at: ['transient'], severity: 'warning', check: 'transient', says });
  }
  return notes;
}
