import { z } from 'zod';

/** What the author of a change is told beside it. */
export const ReviewSettings = z
  .strictObject({
    comment: z
      .boolean()
      .default(true)
      .describe('One comment for each pull or merge request and pipeline, updated in place; never in mode observe.'),
  })
  .prefault({});
export type ReviewSettings = z.infer<typeof ReviewSettings>;
