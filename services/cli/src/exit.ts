import { ContractViolation } from '@prunella/contracts';
import { messageOf, PrunellaError, UnreachableError } from '@prunella/core';

/** What the exit codes mean, for scripts. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** The answer is 'no', or something could not be done. */
  no: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A service that is needed does not answer. */
  unreachable: 3,
} as const;

/** The command line asks for something that there is not. */
export class UsageError extends PrunellaError {
  override readonly name = 'UsageError';
}

/** What was asked for does not exist. */
export class NotFoundError extends PrunellaError {
  override readonly name = 'NotFoundError';
}

/** What was asked for does not fit what is there now. */
export class ConflictError extends PrunellaError {
  override readonly name = 'ConflictError';
}

/** How the program ends for an error, and what it says: one message, and a stack trace only for our own mistakes. */
export function endingOf(error: unknown): { code: number; says: string } {
  if (error instanceof UsageError) return { code: EXIT.usage, says: error.message };
  if (error instanceof UnreachableError) return { code: EXIT.unreachable, says: error.message };
  if (error instanceof PrunellaError || error instanceof ContractViolation)
    return { code: EXIT.no, says: error.message };
  const stack = error instanceof Error ? error.stack : undefined;
  return { code: EXIT.no, says: `this is a mistake in prunella: ${stack ?? messageOf(error)}` };
}
