import type { ActionApproved } from '@prunella/contracts';
import { type Approvers, anybody, type Tally, tally } from '@prunella/policy';
import type { Chapter } from './chapter.ts';

/** What the answers to a request come to, by who may answer it: the same count as the remediator's. @param more an answer that is not recorded yet. */
export function approvalOf(chapter: Pick<Chapter, 'requested' | 'answers'>, more?: ActionApproved): Tally {
  const answers = chapter.answers.map(({ data }) => data);
  return tally(more === undefined ? answers : [...answers, more], approversOf(chapter));
}

/** Who may answer; anybody where the request does not say. */
export function approversOf({ requested }: Pick<Chapter, 'requested'>): Approvers {
  if (requested === undefined) return anybody;
  const { approvers, quorum } = requested.data;
  return { by: approvers, quorum: Math.max(quorum, 1) };
}
