import { actionTypes } from '@prunella/contracts';
import { z } from 'zod';
import { Incident } from '../../ledger/incident.ts';

export const IncidentList = z.strictObject({
  items: z.array(Incident),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type IncidentList = z.infer<typeof IncidentList>;

export const ApprovalAnswer = z.strictObject({
  incidentId: z.string(),
  attempt: z.int().min(1),
  action: z.enum(actionTypes),
  approved: z.boolean(),
  state: z
    .enum(['approved', 'rejected', 'waiting', 'not_allowed'])
    .describe(
      'What the request comes to. waiting: more people have to say yes; not_allowed: this answer does not count.',
    ),
  says: z.string().describe('The same in a few words.'),
});
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;
