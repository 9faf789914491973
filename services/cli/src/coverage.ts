import { causes } from '@prunella/contracts';
import { z } from 'zod';

const Line = z.looseObject({ line: z.number(), text: z.string() });

/** Failures of unknown cause that are the same, as the auditor tells them. */
export const Cluster = z.looseObject({
  id: z.string(),
  count: z.number(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  repositories: z.array(z.string()),
  pipelines: z.array(z.string()),
  evidence: z.array(Line),
  exampleIncidentId: z.string(),
});
export type Cluster = z.infer<typeof Cluster>;

/** The answer of `/v1/coverage`. */
export const Coverage = z.looseObject({
  since: z.string(),
  until: z.string(),
  total: z.number(),
  classified: z.number(),
  unknown: z.number(),
  share: z.number().nullable(),
  clusters: z.array(Cluster),
});
export type Coverage = z.infer<typeof Coverage>;

/** The answer of `/v1/coverage/clusters/:id`. */
export const ClusterPage = Cluster.extend({
  incidents: z.array(
    z.looseObject({
      id: z.string(),
      evidence: z.array(Line),
      alternatives: z.array(z.looseObject({ cause: z.enum(causes), confidence: z.number() })),
    }),
  ),
});
export type ClusterPage = z.infer<typeof ClusterPage>;
