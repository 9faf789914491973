import { actionTypes } from '@prunella/contracts';
import { z } from 'zod';
import { Incident } from '../../ledger/incident.ts';
import { endings } from '../../report/endings.ts';
import { Count } from './fields.ts';

/** Other incidents like one, and how those ended. */
export const SimilarIncidents = z.strictObject({
  incidentId: z.string(),
  says: z.string().describe('How those alike ended, in one sentence; empty: there is none.'),
  endings: z
    .array(
      z.strictObject({
        ending: z
          .enum(endings)
          .describe(
            'healed: by the action. by_humans: well again after it was left to humans. by_itself: without an action of ours.',
          ),
        action: z.enum(actionTypes).nullable().describe('What was done; null: nothing was.'),
        count: Count,
      }),
    )
    .describe('Of the items; the most frequent first.'),
  more: z.boolean().describe('There may be more; these are the newest.'),
  items: z
    .array(
      z.strictObject({
        incident: Incident,
        alike: z
          .enum(['fingerprint', 'pipeline'])
          .describe('The same failure; or the same cause in the same pipeline.'),
        ending: z.enum(endings),
      }),
    )
    .describe('Those of the same failure first, each the newest first.'),
});
export type SimilarIncidents = z.infer<typeof SimilarIncidents>;
