import { PrunellaError } from '@prunella/core';

/** We were sent to an address that nobody configured, and that is not asked for this reason. Asking again changes nothing. */
export class AddressRefused extends PrunellaError {
  override readonly name = 'AddressRefused';

  /** For a host that is, or has, an address that is not public. */
  static at(host: string): AddressRefused {
    return new AddressRefused(
      `expected a public address, found that ${host} is on this machine, in a private network or a cloud's own; where it is a store of yours, name its origin in PRUNELLA_REDIRECT_ORIGINS`,
    );
  }

  /** Of whatever was thrown by a request; undefined: there was another reason. */
  static in(error: unknown): AddressRefused | undefined {
    for (let at = error; at != null; at = (at as { cause?: unknown }).cause)
      if (at instanceof AddressRefused) return at;
    return undefined;
  }
}
