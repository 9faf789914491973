import { ConfigError } from '@prunella/core';

/** Where NATS is, and as whom to sign in there. */
export interface NatsAddress {
  servers: string[];
  user?: string;
  pass?: string;
  token?: string;
  tls?: { caFile?: string };
  /** For people: all of it without passwords and tokens. */
  shown: string;
}

/** What an address leaves out. */
export interface AddressOptions {
  /** Who may have signed the server's certificate (a PEM file); with it, TLS is spoken whatever the address says. */
  caFile?: string | undefined;
  /** Of the user in the address, where it has none itself: as `NATS_PASSWORD`. */
  password?: string | undefined;
}

/**
 * Reads `NATS_URL`: `nats://[user:password@|token@]host[:port]`, several separated by commas, `tls://` for TLS. NATS' own tools take such addresses; its client for JavaScript
 * wants to be told apart where a server is and who we are, and takes one sign-in for all servers: that of the first address that has one.
 *
 * @throws ConfigError for what is no address, with the password left out; for a password of nobody.
 */
export function natsAddress(text: string, { caFile, password }: AddressOptions = {}): NatsAddress {
  const addresses = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map(parsed);
  if (addresses.length === 0) throw new ConfigError('NATS_URL: expected nats://host:port, found nothing');
  const signed = addresses.find(({ url }) => url.username !== '')?.url;
  if (password && signed === undefined) {
    throw new ConfigError('NATS_PASSWORD: expected its user in NATS_URL (nats://detector@host:4222), found none');
  }
  return {
    servers: addresses.map(({ host }) => host),
    ...(signed && signIn(decodeURIComponent(signed.username), decodeURIComponent(signed.password) || password)),
    ...((caFile || addresses.some(({ url }) => url.protocol === 'tls:')) && { tls: caFile ? { caFile } : {} }),
    shown: addresses.map(({ url, host }) => `${url.protocol}//${host}`).join(','),
  };
}

function signIn(name: string, pass: string | undefined): Pick<NatsAddress, 'user' | 'pass' | 'token'> {
  return pass ? { user: name, pass } : { token: name };
}

function parsed(address: string): { url: URL; host: string } {
  const whole = address.includes('://') ? address : `nats://${address}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || url.hostname === '' || (url.protocol !== 'nats:' && url.protocol !== 'tls:')) {
    const found = address.replace(/\/\/.*@/s, '//***@');
    throw new ConfigError(`NATS_URL: expected nats://host:port or tls://host:port, found ${found}`);
  }
  return { url, host: url.host };
}
