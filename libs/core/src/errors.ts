/** Base of all errors that we throw on purpose: the message says what was expected, what was found and what to do. */
export abstract class PrunellaError extends Error {
  abstract override readonly name: string;
}

/** A setting is missing or wrong. Shown as it is, without a stack trace. */
export class ConfigError extends PrunellaError {
  override readonly name = 'ConfigError';
}

/** A service or server that we need does not answer. */
export class UnreachableError extends PrunellaError {
  override readonly name = 'UnreachableError';
}

export type ProviderProblem =
  | 'rate-limited'
  | 'unavailable'
  | 'forbidden'
  | 'unauthenticated'
  | 'not-found'
  | 'refused';

/** An outside platform said no, or nothing. */
export class ProviderError extends PrunellaError {
  override readonly name = 'ProviderError';

  constructor(
    /** `github`, `kubernetes`, `slack`, ... */
    readonly provider: string,
    readonly problem: ProviderProblem,
    /** What was asked, e.g. `POST /repos/octo/repo/actions/runs/42/rerun-failed-jobs`, and what it said. */
    readonly detail: string,
    readonly options: {
      /** HTTP status, where there was one. */
      status?: number;
      /** The platform's own wish when to come again, in milliseconds. */
      retryAfterMs?: number;
      cause?: unknown;
    } = {},
  ) {
    super(`${provider}: ${problem}: ${detail}`, { cause: options.cause });
  }

  /** Whether the same call can succeed later without anybody's help. */
  get retryable(): boolean {
    return this.problem === 'rate-limited' || this.problem === 'unavailable';
  }
}

/** The message of whatever was thrown, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ');
}

interface Nested {
  code?: unknown;
  cause?: Nested;
  errors?: Nested[];
}

/** Node hides why a connection failed in causes, and of several addresses in a list; undefined: it gave no code. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error as Nested | undefined; at !== undefined; at = at.cause ?? at.errors?.[0]) {
    if (typeof at.code === 'string') return at.code;
  }
  return undefined;
}
