import { ConfigError, messageOf, UnreachableError } from '@prunella/core';

/** SQLSTATE classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) and codes of Node's sockets. */
const AWAY =
  /^(?:08...|53...|57...|58...|25P03|E(?:CONN[A-Z]+|PIPE|HOSTUNREACH|NETUNREACH|TIMEDOUT|AI_AGAIN|NOTFOUND))$/;
const REFUSED = /^(?:28...|3D000|42501)$/;
const COLLISION = /^40(?:001|P01)$/;
/** The client reports a lost or late connection by these words alone, without a code. */
const AWAY_WORDS =
  /^(?:Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Cannot use a pool after)/;

type Kind = 'away' | 'refused' | 'collision' | 'other';

/** Says what kind of failure Postgres, its client or the socket reports. All foreign wording is read here. */
export function kindOf(error: unknown): Kind {
  for (const each of chainOf(error)) {
    const code = String((each as { code?: unknown }).code ?? '');
    if (AWAY.test(code)) return 'away';
    if (REFUSED.test(code)) return 'refused';
    if (COLLISION.test(code)) return 'collision';
    if (code === '' && AWAY_WORDS.test(messageOf(each))) return 'away';
  }
  return 'other';
}

/** The error to throw instead: UnreachableError, ConfigError, or the same error when the statement itself is at fault. */
export function translated(error: unknown, address: string): unknown {
  if (error instanceof UnreachableError || error instanceof ConfigError) return error;
  const kind = kindOf(error);
  if (kind === 'away') {
    return new UnreachableError(
      `Postgres expected at ${address}, found: ${reasonOf(error)}; start it or set DATABASE_URL`,
      {
        cause: error,
      },
    );
  }
  if (kind === 'refused') {
    return new ConfigError(
      `Postgres at ${address} refuses us: ${reasonOf(error)}; check user, password, database and rights in DATABASE_URL`,
      { cause: error },
    );
  }
  return error;
}

/** The error, what it wraps, and the members of aggregates (one for each address of a name). */
function chainOf(error: unknown, depth = 0): object[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { driverError, cause, errors } = error as { driverError?: unknown; cause?: unknown; errors?: unknown };
  const inner = [driverError, cause, ...(Array.isArray(errors) ? errors : [])];
  return [error, ...inner.flatMap((each) => chainOf(each, depth + 1))];
}

/** An AggregateError of two addresses has an empty message. */
function reasonOf(error: unknown): string {
  const speaking = chainOf(error).find((each) => each instanceof Error && each.message !== '');
  return messageOf(speaking ?? error);
}
