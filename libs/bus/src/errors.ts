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

/** A value of a bucket that none of us wrote. Nothing is done by it: somebody has to look. */
export class ForeignValue extends PrunellaError {
  override readonly name = 'ForeignValue';

  constructor(bucket: string, key: string) {
    super(
      `${bucket}, key ${key}: expected a value that Prunella wrote, found another one; look who may write there (docs/guide/nats.md), and delete the key`,
    );
  }
}
