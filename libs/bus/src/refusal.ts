import { errors } from '@nats-io/transport-node';
import { ConfigError } from '@prunella/core';

/** The server says that this user may not publish or subscribe on a subject. */
export type Refusal = InstanceType<typeof errors.PermissionViolationError>;

/** What the server does not let this user do, wherever in the causes it stands; undefined: it is another error. */
export function refusalOf(error: unknown): Refusal | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof errors.PermissionViolationError) return at;
  }
  return undefined;
}

/** The same for people. @param remedy what to do. */
export function refused(doing: string, refusal: Refusal, remedy: string): ConfigError {
  return new ConfigError(
    `${doing}: NATS does not let this user ${refusal.operation === 'publish' ? 'publish' : 'subscribe'} on ${refusal.subject}; ${remedy}`,
    { cause: refusal },
  );
}
