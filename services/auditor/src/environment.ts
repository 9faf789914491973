import { Duration } from '@prunella/core';
import { Flag, optional } from '@prunella/service-kit';
import { z } from 'zod';
import { RoleMap } from './access/role-of.ts';

/** Longer than the stream keeps messages: what comes from there once more must still be known. */
const SHORTEST_KEPT_MS = 31 * 86_400_000;

/** What the auditor reads from the environment beyond what all services do. */
export const AuditorEnvironment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\//, 'expected postgres://user:password@host:port/database')
    .default('postgres://prunella:prunella@127.0.0.1:5433/prunella')
    .describe('Postgres; only the auditor uses it.'),
  DATABASE_MIGRATION_URL: optional(
    z.string().regex(/^postgres(?:ql)?:\/\//, 'expected postgres://user:password@host:port/database'),
  ).describe(
    'The same database as the role that owns the tables, for bringing them up to date; the role of DATABASE_URL then needs no more than to read and write rows. Not set: DATABASE_URL does it.',
  ),
  PRUNELLA_SETTLE_WITHIN: Duration.prefault('6h').describe(
    'How long after an action its proof may come; after that the outcome is inconclusive.',
  ),
  PRUNELLA_REVERSE_WITHIN: Duration.prefault('24h').describe(
    'How long after its proof a heal is taken back when the same failure returns.',
  ),
  PRUNELLA_DEBT_DUE: Duration.prefault('30d').describe('How long after it was first seen a debt is overdue.'),
  PRUNELLA_ROOT_CAUSE_AFTER: z.coerce
    .number()
    .int()
    .min(2)
    .default(3)
    .describe('A debt that was added to so often within a week is a root cause to fix.'),
  PRUNELLA_DEFAULT_BRANCHES: z
    .string()
    .default('main,master')
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .describe(
      'Branches on which tests in quarantine are run all the same, and on which a failing test is broken or flaky; separated by commas.',
    ),
  PRUNELLA_CONFIG: optional(z.string()).describe(
    'The policy file, for the owners of debts and tests, what is learnt, backtests and the policy page. Default: ./prunella.yaml when it is there.',
  ),
  PRUNELLA_TESTS_KEPT: Duration.prefault('45d').describe('For how long results of tests are kept.'),
  PRUNELLA_EVENTS_KEPT: Duration.refine((ms) => ms >= SHORTEST_KEPT_MS, {
    error: 'expected 31d or more: for so long the stream may bring an event once more',
  })
    .prefault('90d')
    .describe(
      'For how long events of runs that never failed are kept at least; they go by the month. Those of incidents are kept as long as the incidents.',
    ),
  PRUNELLA_INCIDENTS_KEPT: Duration.refine((ms) => ms >= SHORTEST_KEPT_MS, {
    error: 'expected 31d or more: for so long the stream may bring an event once more',
  })
    .prefault('400d')
    .describe(
      'For how long incidents are kept, with their events, actions, outcomes and debts. What was learnt from them stays.',
    ),
  PRUNELLA_PUBLIC_URL: optional(z.url()).describe('The address at which browsers find the console; needed to sign in.'),
  PRUNELLA_TRACE_URL: optional(
    z.string().regex(/^https?:\/\/.*\{traceId\}/, 'expected an http or https address with {traceId} in it'),
  ).describe('Where a person looks at a trace, with {traceId} in it. Not set: the console shows its id only.'),
  OIDC_ISSUER: optional(z.url()).describe(
    'Issuer of an OpenID Connect provider: people sign in to the console with it. Not set: nobody can, tokens count.',
  ),
  OIDC_CLIENT_ID: optional(z.string()).describe('What the provider calls Prunella.'),
  OIDC_CLIENT_SECRET: optional(z.string()).describe('Not set: a public client, which PKCE protects.'),
  OIDC_SCOPES: z
    .string()
    .default('openid profile email')
    .describe('What the provider is asked for; some need `groups`.'),
  OIDC_ROLE_CLAIM: z.string().default('groups').describe('The claim with the groups of a person.'),
  OIDC_ROLES: RoleMap.prefault('viewer=*').describe(
    'The role of each group, as `admin=leads;operator=platform,sre;viewer=*`; `*` is everybody who can sign in.',
  ),
  LOKI_URL: optional(z.url()).describe(
    'Loki, for what was logged around actions, and to send there what is told about healing. Without it neither.',
  ),
  LOKI_SHIP: Flag.default(true).describe(
    'Whether what is told about healing is sent to Loki (POST /loki/api/v1/push), with secrets taken out.',
  ),
  LOKI_TOKEN: optional(z.string()).describe(
    'Sent to Loki as a Bearer token; one that reads, and with LOKI_SHIP writes.',
  ),
  LOKI_TENANT: optional(z.string()).describe('Sent to Loki as X-Scope-OrgID.'),
  PRUNELLA_CONSOLE_DIR: optional(z.string()).describe('Folder of the built console. Default: the one in this tree.'),
});
export type AuditorEnvironment = z.infer<typeof AuditorEnvironment>;
