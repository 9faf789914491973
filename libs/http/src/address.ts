import ipaddr from 'ipaddr.js';

/** Where an address may be that nobody configured. */
export type Reachable = 'public' | 'public-or-loopback';

/** Addresses of clouds' own services that look public: 168.63.129.16 is Azure's WireServer, which every machine there can ask. */
const OF_THE_CLOUD: ReadonlySet<string> = new Set(['168.63.129.16']);

/**
 * Whether an IP address may be asked that came from outside. `public`: what IANA lists as globally reachable unicast, which leaves out private networks,
 * this machine, link-local ones (169.254.169.254: the metadata of clouds), those of carriers, documentation, multicast, and what maps or tunnels one of
 * these into IPv6.
 *
 * @param address v4, or v6 without brackets. What is no address may not be asked.
 */
export function isReachable(address: string, reachable: Reachable): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4-mapped IPv6 address is the IPv4 address.
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === 'loopback') return reachable === 'public-or-loopback';
  return range === 'unicast' && !OF_THE_CLOUD.has(parsed.toString());
}

/** Whether a host of a URL is this machine, by its name or address. @param host as in `URL.hostname`. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const address = withoutBrackets(host);
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}

/** The address that a host of a URL is; undefined: it is a name. */
export function addressOf(host: string): string | undefined {
  const address = withoutBrackets(host);
  return ipaddr.isValid(address) ? address : undefined;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
