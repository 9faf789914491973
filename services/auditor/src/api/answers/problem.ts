import { z } from 'zod';

/** RFC 9457, as the service kit writes it. */
export const Problem = z.strictObject({
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  field: z.string().optional().describe('The field of the request that is wrong.'),
});
