import { isIPv4 } from 'node:net';
import { ConfigError } from '@prunella/core';
import { z } from 'zod';
import { TOKEN_HASH } from './access/token-hash.ts';

/** An environment variable that may be set to nothing: nothing is the same as not set. */
export function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
}

export const Port = z.coerce.number().int().min(0).max(65_535);
export const Flag = z.stringbool();

/** What every service reads from its environment. */
export const CommonEnvironment = z.object({
  NATS_URL: z
    .string()
    .min(1)
    .default('nats://127.0.0.1:4222')
    .describe('NATS servers, separated by commas: `nats://[user:password@]host:port`, or `tls://` for TLS.'),
  NATS_PASSWORD: optional(z.string()).describe(
    'Password of the user in `NATS_URL` (`nats://detector@host:4222`), where none stands there.',
  ),
  NATS_CA_FILE: optional(z.string()).describe(
    "A file with the certificates (PEM) of whoever signed the NATS server's; with it, TLS is spoken. Not set: those that Node trusts.",
  ),
  NATS_REPLICAS: optional(z.literal(['1', '3', '5'], 'expected 1, 3 or 5'))
    .transform((count) => Number(count ?? 1) as 1 | 3 | 5)
    .describe('How many NATS servers keep each stream and bucket: 1, 3 or 5 (default 1); the cluster needs that many.'),
  PRUNELLA_HOST: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
  PRUNELLA_API_TOKEN: optional(
    z
      .string()
      .min(8)
      .refine((token) => !token.startsWith('sha256:') || TOKEN_HASH.test(token), {
        error: 'expected sha256: and 64 digits 0-9a-f, or a token that does not begin so',
      }),
  ).describe(
    'Bearer token of the API, or `sha256:` and its SHA-256 in hex where a service is only to know it; needed to listen beyond loopback.',
  ),
  PRUNELLA_REDIRECT_ORIGINS: optional(z.string().min(1)).describe(
    'Origins at private addresses where GitHub, GitLab or an OpenID provider may send requests on, such as a store of logs and artefacts: `https://minio.internal:9000`, separated by commas. Public ones need no entry.',
  ),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('The least that is logged, as JSON lines on standard output.'),
});
export type CommonEnvironment = z.infer<typeof CommonEnvironment>;

/**
 * Reads and checks the environment.
 *
 * @throws ConfigError that names each variable with what was expected. Values are not repeated: they may be secrets.
 */
export function readEnvironment<T extends z.ZodType>(
  schema: T,
  environment: NodeJS.ProcessEnv = process.env,
): z.infer<T> {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`the environment does not fit:\n${problems.join('\n')}`);
}

/** Whether an address is only reachable from this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}
