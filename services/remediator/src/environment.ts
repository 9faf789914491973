import { optional } from '@prunella/service-kit';
import { z } from 'zod';

/** What the remediator reads from its environment. Loose: each platform finds its own variables in it. */
export const RemediatorEnvironment = z
  .object({
    PRUNELLA_CONFIG: optional(z.string()).describe('The policy file. Default: ./prunella.yaml when it is there.'),
    PRUNELLA_PUBLIC_URL: z
      .url()
      .default('http://127.0.0.1:7100')
      .describe('Where people reach the console; used for links in notes.'),
  })
  .loose();
export type RemediatorEnvironment = z.infer<typeof RemediatorEnvironment>;
