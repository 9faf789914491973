import { Duration, formatDuration, parseDuration } from '@prunella/core';
import { z } from 'zod';
import { Globs } from './match.ts';

const HOST = /^(?:[a-z0-9_]([-a-z0-9_.]*[a-z0-9])?|\[?[0-9a-f:.]+\]?)$/i;
const Host = z.string().max(253).regex(HOST, { error: 'expected a host name or an IP address' });
const Port = z.int().min(1).max(65_535);

/** The file may be changed by more people than know the secrets: it can't have any other variable sent somewhere. */
const SecretName = z
  .string()
  .max(128)
  .regex(/^DEPENDENCY_[A-Z0-9_]+$/, {
    error: 'expected the name of an environment variable that begins with DEPENDENCY_',
  });

const Url = z
  .url({ protocol: /^https?$/, error: 'expected an address that begins with http:// or https://' })
  .max(2_048)
  .refine((url) => !hasUser(url), {
    error: 'expected an address without user and password: they do not belong into this file',
  });

const Status = z.int().min(100).max(599);

/** Which runs need it; all that are given have to match. */
const RunMatch = z
  .strictObject({
    repository: Globs.optional().describe('`owner/name`'),
    pipeline: Globs.optional().describe('The id of the pipeline.'),
    branch: Globs.optional().describe('The branch that is built.'),
    environment: Globs.optional().describe('What it deploys to.'),
  })
  .refine((match) => Object.keys(match).length > 0, {
    error: 'expected at least one of repository, pipeline, branch, environment',
    when: ({ issues }) => issues.length === 0,
  });

const Need = z.strictObject({
  match: RunMatch.describe('Runs that need it; all that are given have to match.'),
  steps: z
    .array(
      z
        .string()
        .max(128)
        .regex(/^[^\s,"\\[\]][^\n\r,"\\[\]]*$/, {
          error: 'expected the name of a step, without commas, quotes and brackets',
        }),
    )
    .max(50)
    .default([])
    .describe('What can be left out while it is not there; none: the run must wait.'),
});

const common = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, { error: 'expected a name of small letters, digits and hyphens' })
    .describe('Shown in messages, events and metrics; different names.'),
  interval: between('1s', '1h').prefault('30s').describe('Time between two probes, on average.'),
  timeout: between('100ms', '1m').prefault('5s').describe('A probe that takes longer has failed.'),
  downAfter: z.int().min(1).max(100).default(3).describe('So many failed probes in a row: it is down.'),
  upAfter: z.int().min(1).max(100).default(2).describe('So many that succeed in a row: it is up again.'),
  neededBy: z
    .array(Need)
    .max(100)
    .default([])
    .describe('Which runs need it; the first that matches. None: no run is held back for it.'),
  names: z
    .array(z.string().min(3).max(253))
    .max(50)
    .default([])
    .describe('What it is called in logs, besides its host.'),
  suspicion: z
    .strictObject({
      pipelines: z.int().min(2).max(100).default(3).describe('So many different ones.'),
      within: between('1m', '1d').prefault('10m').describe('Within this time.'),
    })
    .prefault({})
    .describe('So many different pipelines that failed because of it within this time: it is suspected.'),
  waitAtMost: between('0s', '1d')
    .prefault('1h')
    .describe('How long the healing of a failed run waits for it; then people are told.'),
};

const Http = z.strictObject({
  kind: z.literal('http').describe('An address that has to answer.'),
  url: Url.describe('What is asked.'),
  expect: z
    .union([Status, z.array(Status).min(1).max(20)], { error: 'expected an HTTP status or a list of them' })
    .optional()
    .describe('The HTTP status of a healthy one. Default: 200 to 299. Redirects are not followed.'),
  tokenFrom: SecretName.optional().describe('The environment variable with its bearer token.'),
  ...common,
});

const Tcp = z.strictObject({
  kind: z.literal('tcp').describe('A port that has to accept connections.'),
  host: Host.describe('Name or address.'),
  port: Port.describe('Port.'),
  ...common,
});

const Postgresql = z.strictObject({
  kind: z.literal('postgresql').describe('A database.'),
  host: Host.describe('Name or address.'),
  port: Port.default(5432).describe('Port.'),
  database: z.string().min(1).max(63).default('postgres').describe('The database to log in to.'),
  user: z.string().min(1).max(63).default('prunella').describe('Who logs in.'),
  passwordFrom: SecretName.optional().describe(
    'The environment variable with the password: then SELECT 1 must succeed. Without it: that it accepts connections.',
  ),
  tls: z.boolean().default(false).describe('Whether to log in over TLS; its certificate must be valid.'),
  ...common,
});

const Dns = z.strictObject({
  kind: z.literal('dns').describe('A name that has to resolve.'),
  host: Host.describe('The name that must have an address.'),
  record: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'SRV']).default('A').describe('The kind of record.'),
  server: z
    .string()
    .regex(/^(?:\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?)$/i, {
      error: 'expected the IP address of a name server, with or without a port',
    })
    .optional()
    .describe('The name server that is asked. Default: those of the machine.'),
  ...common,
});

const Registry = z.strictObject({
  kind: z.literal('registry').describe('A registry of container images.'),
  url: Url.describe('Where the registry is; /v2/ is asked.'),
  ...common,
});

/** Something that pipelines need and Prunella does not heal: a registry, a database, a service. */
export const Dependency = z.discriminatedUnion('kind', [Http, Tcp, Postgresql, Dns, Registry], {
  error: 'expected a kind: http, tcp, postgresql, dns or registry',
});
export type Dependency = z.infer<typeof Dependency>;

/** After so many intervals without a word of its probe nobody knows how it is. */
const STALE_INTERVALS = 3;

/** How long a probe's word counts, in ms. */
export function freshMs({ interval, timeout }: Pick<Dependency, 'interval' | 'timeout'>): number {
  // A slow probe after the longest pause is not late yet.
  return Math.max(interval * STALE_INTERVALS, interval * 1.5 + timeout * 2);
}

/** Where it is, for people, without anything secret: `registry.example:443`. */
export function addressOf(dependency: Dependency): string {
  const { host, port } = placeOf(dependency);
  return port === undefined ? host : `${host}:${port}`;
}

/** The host, and the port where it has one. */
export function placeOf(dependency: Dependency): { host: string; port: number | undefined } {
  if (dependency.kind === 'dns') return { host: dependency.host, port: undefined };
  if (dependency.kind !== 'http' && dependency.kind !== 'registry') {
    return { host: dependency.host, port: dependency.port };
  }
  const [, secure, host = '', port] = /^http(s?):\/\/(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?/i.exec(dependency.url) ?? [];
  return { host, port: port === undefined ? (secure === '' ? 80 : 443) : Number(port) };
}

function hasUser(url: string): boolean {
  return /^https?:\/\/[^/?#]*@/i.test(url);
}

function between(least: string, most: string) {
  const [from = 0, to = 0] = [parseDuration(least), parseDuration(most)];
  return Duration.refine((ms) => ms >= from && ms <= to, {
    error: `expected a duration from ${formatDuration(from)} to ${formatDuration(to)}`,
  });
}
