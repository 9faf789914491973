import { causes } from '@prunella/contracts';
import { z } from 'zod';
import { AlternativeCause, EvidenceLine } from '../../ledger/incident.ts';
import { Count } from './fields.ts';

/** Failures of unknown cause that are the same. */
export const CoverageCluster = z.strictObject({
  id: z.string().describe('Their fingerprint.'),
  count: Count,
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  repositories: z.array(z.string()).describe('The most frequent first, at most five.'),
  pipelines: z.array(z.string()).describe('Ids, the most frequent first, at most five.'),
  exampleIncidentId: z.string().describe('The newest one.'),
  evidence: z.array(EvidenceLine).describe('Of the newest one; at most five lines.'),
});
export type CoverageCluster = z.infer<typeof CoverageCluster>;

export const CoverageReport = z.strictObject({
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  total: Count.describe('Incidents with a diagnosis.'),
  classified: Count.describe('Those of them whose cause is known.'),
  unknown: Count,
  share: z.number().min(0).max(1).nullable().describe('classified / total; null: there are none.'),
  clusters: z.array(CoverageCluster).describe('Of what is unknown, the largest first.'),
});
export type CoverageReport = z.infer<typeof CoverageReport>;

export const CoverageClusterPage = CoverageCluster.extend({
  incidents: z
    .array(
      z.strictObject({
        id: z.string(),
        pipelineId: z.string(),
        repository: z.string(),
        openedAt: z.iso.datetime(),
        evidence: z.array(EvidenceLine),
        alternatives: z.array(AlternativeCause).describe('What else was considered.'),
      }),
    )
    .describe('The newest first.'),
});
export type CoverageClusterPage = z.infer<typeof CoverageClusterPage>;

/** A rule that waits for a person's eyes. */
export const RuleDraft = z.strictObject({
  cluster: z.string(),
  cause: z.enum(causes).nullable().describe('For which it is; null: none was asked for, and nothing suggests one.'),
  suggested: z.boolean().describe('The cause is what the diagnoses considered most, and was not asked for.'),
  samples: Count.describe('Failures it was drafted from.'),
  ruleId: z.string().nullable(),
  pattern: z.string().nullable().describe('RE2; matches a line of each of those failures.'),
  yaml: z.string().nullable().describe('A pack with this one rule, as it can stand in a file; null: see `reason`.'),
  reason: z.string().nullable().describe('Why there is none.'),
});
export type RuleDraft = z.infer<typeof RuleDraft>;
