import { Duration } from '@prunella/core';
import { optional } from '@prunella/service-kit';
import { z } from 'zod';

/** What the auditor reads from the environment beyond what all services do. */
export const AuditorEnvironment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, 'expected postgres://user:password@host:port/database')
    .default('postgres://prunella:prunella@127.0.0.1:5433/prunella')
    .describe('Postgres; only the auditor uses it.'),
  PRUNELLA_SETTLE_WITHIN: Duration.prefault('6h').describe(
    'How long after an action its proof may come; after that the outcome is inconclusive.',
  ),
  PRUNELLA_DEFAULT_BRANCHES: z
    .string()
    .default('main,master')
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .describe('Branches on which tests in quarantine are run all the same, separated by commas.'),
  PRUNELLA_CONSOLE_DIR: optional(z.string()).describe('Folder of the built console. Default: the one in this tree.'),
});
export type AuditorEnvironment = z.infer<typeof AuditorEnvironment>;
