import { quarantineChanges } from '@prunella/contracts';
import { testStates } from '@prunella/test-history';
import { z } from 'zod';
import { EvidenceLine } from '../../ledger/incident.ts';
import { Commit, Count } from './fields.ts';

export const QuarantinedTest = z.strictObject({
  id: z.string(),
  test: z.string().describe('Its name as the runner writes it.'),
  repository: z.string(),
  owner: z.string().describe('Who mends it; empty: nobody is named.'),
  reason: z.string().describe('Why the last change was made.'),
  state: z.enum(quarantineChanges).describe('The last change; `added` and `extended`: it is in quarantine.'),
  by: z.string().describe('Who made it: a person, or prunella.'),
  changedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  greens: Count.describe('Runs of the default branch that passed in a row.'),
  of: Count.describe('So many release it.'),
  evidence: z.array(EvidenceLine),
  incidentIds: z.array(z.string()),
});
export type QuarantinedTest = z.infer<typeof QuarantinedTest>;

export const QuarantineList = z.strictObject({
  skip: z.boolean().describe('false: on this branch they are run all the same, and their results are reported.'),
  items: z.array(QuarantinedTest),
  nextCursor: z.string().nullable().describe('Always null: the list is whole.'),
});
export type QuarantineList = z.infer<typeof QuarantineList>;

export const QuarantineCount = z.strictObject({
  counted: Count.describe('Results of tests in quarantine.'),
  ignored: Count.describe('Results of other tests, or of another branch.'),
  items: z.array(z.strictObject({ id: z.string(), test: z.string(), greens: Count, of: Count, released: z.boolean() })),
});
export type QuarantineCount = z.infer<typeof QuarantineCount>;

export const KnownTest = z.strictObject({
  id: z.string(),
  name: z.string(),
  classname: z.string().describe('Class, module, package or file, as its runner groups it.'),
  suite: z.string(),
  file: z.string().describe('Empty: its runner does not say.'),
  repository: z.string(),
  pipelineId: z.string(),
  job: z.string(),
  state: z
    .enum(testStates)
    .describe(
      'failing: broken; flaky: it failed and passed at the same commit; suspect: it fails and recovers, at different commits; passing: the rest.',
    ),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  lastFailedAt: z.iso.datetime().nullable().describe('null: it never failed as far as it is kept.'),
  runs: Count.nullable().describe('Of those that are kept. null: it never failed, and is not counted.'),
  failures: Count,
  proofs: Count.describe('Commits at which it failed and passed.'),
  proofShas: z.array(z.string()).describe('The newest of those commits.'),
  lastProofAt: z.iso.datetime().nullable(),
  recoveries: Count.describe('How often it failed on the default branch and passed later on.'),
  rate: z
    .strictObject({
      mean: z.number().min(0).max(1),
      low: z.number().min(0).max(1),
      high: z.number().min(0).max(1),
      weight: z.number().min(0).describe('How many runs of today it is worth.'),
    })
    .nullable()
    .describe(
      'How often it fails on the default branch: recent runs count more, half of it after two weeks; low to high holds it nine times in ten.',
    ),
  failingSince: z
    .strictObject({
      at: z.iso.datetime(),
      runs: Count.describe('1: a new failure.'),
      firstFailingCommit: Commit,
      lastPassingCommit: Commit,
    })
    .nullable()
    .describe('null: it passed the last time.'),
});
export type KnownTest = z.infer<typeof KnownTest>;

export const TestList = z.strictObject({
  items: z.array(KnownTest),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type TestList = z.infer<typeof TestList>;

export const TestPage = KnownTest.extend({
  history: z
    .array(
      z.strictObject({
        at: z.iso.datetime(),
        run: z.string(),
        attempt: Count,
        sha: Commit,
        branch: z.string(),
        result: z.enum(['passed', 'failed', 'flaky']),
        durationMs: z.number().min(0),
        message: z.string(),
        crowded: z.boolean().describe('So many others failed with it that it proves nothing of this one.'),
      }),
    )
    .describe('The newest first.'),
});
export type TestPage = z.infer<typeof TestPage>;
