import { z } from 'zod';
import { Time } from './fields.ts';

const DependencyState = z.enum(['up', 'down', 'suspected', 'unknown']);

export const DependencyItem = z.strictObject({
  name: z.string(),
  kind: z.string().describe('http, tcp, postgresql, dns or registry.'),
  address: z.string().describe('Host and port, without anything secret.'),
  declared: z
    .boolean()
    .describe("Whether the auditor's own policy file declares it; false: only that of the detector does."),
  state: DependencyState,
  since: Time.nullable().describe('null: nothing was ever heard of it.'),
  reason: z.string(),
  intervalMs: z.number().nullable().describe('Time between two probes, on average; null: it is not declared here.'),
  lastProbe: z
    .strictObject({
      at: Time,
      result: z.enum(['ok', 'failed', 'no-data']).describe('no-data: it could not be asked, which says nothing of it.'),
      says: z.string(),
      tookMs: z.int().describe('How long it took, in ms.'),
    })
    .nullable()
    .describe('null: there was none.'),
  suspectedBy: z
    .array(z.strictObject({ pipeline: z.string(), incidentId: z.string(), at: Time, line: z.string() }))
    .describe('Pipelines whose logs named it lately, the newest last.'),
  waiting: z
    .array(z.strictObject({ id: z.string(), pipeline: z.string(), repository: z.string() }))
    .describe('Incidents whose rerun waits for it now, the newest first; at most 50.'),
  waitingCount: z.int().min(0).describe('How many of them there are, of the newest 200 that wait for anything.'),
  usedBy: z
    .array(z.strictObject({ match: z.string(), steps: z.array(z.string()) }))
    .describe('Which runs need it; with steps: those are left out while it is away, without: the run waits.'),
  history: z
    .array(z.strictObject({ at: Time, state: DependencyState, before: DependencyState, reason: z.string() }))
    .describe('Its changes of the last 7 days, the newest first; at most 50.'),
});
export type DependencyItem = z.infer<typeof DependencyItem>;

export const DependencyList = z.strictObject({
  items: z.array(DependencyItem).describe('Those that are down come first.'),
});
export type DependencyList = z.infer<typeof DependencyList>;
