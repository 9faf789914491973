import { identityOf } from '@prunella/core';
import { z } from 'zod';
import { globMatches } from './glob.ts';
import { type Case, Match, matches } from './match.ts';

/** Who may say yes or no to what is asked, and how many it takes. */
export const ApprovalRule = z.strictObject({
  match: Match.describe('What is asked about.'),
  by: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(100)
    .describe('Names or globs: `ada`, `*@acme.com`, `slack:U0123ABC` (the id of a person in Slack), `slack:*`.'),
  quorum: z.int().min(1).max(5).default(1).describe('So many different people have to say yes; one no is enough.'),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/** Who may answer a request. */
export interface Approvers {
  /** Names or globs; empty: anybody. */
  by: readonly string[];
  /** Least number of different people who say yes. */
  quorum: number;
}

export const anybody: Approvers = { by: [], quorum: 1 };

/** What somebody said to a request. */
export interface Answer {
  by: string;
  approved: boolean;
  /** Empty: none was given. */
  reason: string;
}

/** What the answers to a request come to. */
export type Tally =
  | { kind: 'approved'; by: readonly Answer[] }
  | { kind: 'rejected'; by: Answer }
  /** Nothing may be done yet. */
  | { kind: 'waiting'; approvals: readonly Answer[]; missing: number };

/** The first rule that matches counts; where none does, anybody may answer. */
export function approversFor(rules: readonly ApprovalRule[], about: Case): Approvers {
  const rule = rules.find(({ match }) => matches(match, about));
  return rule === undefined ? anybody : { by: rule.by, quorum: rule.quorum };
}

/** Whether the answer of this person counts. Capitals make no difference. */
export function mayAnswer(by: string, approvers: Approvers): boolean {
  const identity = identityOf(by);
  return approvers.by.length === 0 || approvers.by.some((glob) => globMatches(glob.toLowerCase(), identity));
}

/**
 * Counts the answers of those who may answer. Nobody counts twice, one no of somebody who may is enough, and the order in which
 * they came makes no difference.
 */
export function tally(answers: readonly Answer[], approvers: Approvers): Tally {
  const counted = answers.filter(({ by }) => mayAnswer(by, approvers));
  const rejection = counted.find(({ approved }) => !approved);
  if (rejection !== undefined) return { kind: 'rejected', by: rejection };
  const approvals = counted.filter(
    ({ by }, index) => counted.findIndex((other) => identityOf(other.by) === identityOf(by)) === index,
  );
  const missing = Math.max(approvers.quorum, 1) - approvals.length;
  return missing > 0 ? { kind: 'waiting', approvals, missing } : { kind: 'approved', by: approvals };
}

/** Who may answer, for people. */
export function approversText({ by, quorum }: Approvers): string {
  const who = by.length === 0 ? 'anybody' : by.join(', ');
  return quorum > 1 ? `${quorum} of ${who}` : who;
}
