import { PrunellaError } from '@prunella/core';

/** Thrown by a handler to have the message delivered again after `delayMs`, without counting as a failed attempt. */
export class Postponed extends PrunellaError {
  override readonly name = 'Postponed';

  constructor(
    readonly delayMs: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** Thrown by a handler when no further attempt can help: the message goes to the dead letters at once. */
export class Undeliverable extends PrunellaError {
  override readonly name = 'Undeliverable';
}
