import type { RetryPolicy } from '@prunella/http';

export interface LokiOptions {
  /** Where it is, with the path before `/loki/api/v1` where there is one. */
  url: string;
  /** Sent as a Bearer token. */
  token?: string;
  /** Sent as X-Scope-OrgID. */
  tenant?: string;
  /** Default: three requests within about a second. */
  retry?: RetryPolicy;
}

/** Where Loki is, as the environment says it. */
export type LokiEnvironment = { readonly [name in 'LOKI_URL' | 'LOKI_TOKEN' | 'LOKI_TENANT']?: string | undefined };

/** undefined: none is configured. */
export function lokiOptions(environment: LokiEnvironment): LokiOptions | undefined {
  const { LOKI_URL: url, LOKI_TOKEN: token, LOKI_TENANT: tenant } = environment;
  return url ? { url, ...(token && { token }), ...(tenant && { tenant }) } : undefined;
}
