import { z } from 'zod';

const word = z.string().nullish();

/** The parts of an incident that are shown. */
export const Incident = z.looseObject({
  id: z.string(),
  pipelineId: z.string(),
  ...{ name: word, repository: word, branch: word, headSha: word, url: word },
  ...{ cause: word, decidedBy: word, explanation: word, fingerprint: word },
  confidence: z.number().nullish(),
  ...{ action: word, verdict: word, reason: word, outcome: word, outcomeReason: word },
  state: z.string(),
  simulated: z.boolean().default(false),
  openedAt: z.string(),
  updatedAt: word,
});
export type Incident = z.infer<typeof Incident>;

export const Page = z.object({ items: z.array(Incident), nextCursor: z.string().nullish() });

export const Detail = Incident.extend({
  evidence: z.array(z.looseObject({ line: z.number(), text: z.string(), job: z.string().default('') })).default([]),
  alternatives: z
    .array(z.looseObject({ cause: z.string(), confidence: z.number(), decidedBy: z.string() }))
    .default([]),
  reasons: z.array(z.looseObject({ check: z.string(), allows: z.boolean(), says: z.string() })).default([]),
  timeline: z
    .array(z.looseObject({ at: z.string(), title: z.string().default(''), says: z.string().default('') }))
    .default([]),
  gaps: z.array(z.string()).default([]),
  vetoes: z.array(z.string()).default([]),
  ...{ traceId: word, traceUrl: word },
});
export type Detail = z.infer<typeof Detail>;
