import { lookup as lookUp } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { isReachable, type Reachable } from './address.ts';
import { AddressRefused } from './address-refused.ts';

/** Looks a name up: all addresses that it has. As `dns.lookup` with `all`. */
export type Resolve = (
  host: string,
  options: object,
  done: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

const resolveByMachine: Resolve = (host, options, done) => {
  lookUp(host, { ...options, all: true }, done);
};

/**
 * The look-up of connections that go to names from outside. What it gives is what is connected to, so that a name that changes its address between a
 * check and the connection (DNS rebinding) gains nothing. One address that may not be asked is enough to refuse a name.
 */
export function checkedLookup(reachable: Reachable, resolve: Resolve = resolveByMachine): LookupFunction {
  return (host, options, done) => {
    resolve(host, options, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) {
        done(error ?? new Error(`${host} has no address`), '');
      } else if (addresses.every(({ address }) => isReachable(address, reachable))) {
        if (options.all) done(null, addresses);
        else done(null, first.address, first.family);
      } else {
        // fetch passes on what it takes for an error, and makes words of the rest: not all realms have the same Error
        const refused = AddressRefused.at(host);
        done(new Error(refused.message, { cause: refused }), '');
      }
    });
  };
}

/**
 * Connects to what its look-up lets it; names only: an address in a URL is never looked up. Where Node takes its proxies from the environment
 * (NODE_USE_ENV_PROXY=1), so does this: a proxy may be anywhere and looks names up itself, what goes past it (NO_PROXY, or none is set) is checked here.
 */
export function checkedAgent(reachable: Reachable, resolve?: Resolve): Dispatcher {
  const connect = { lookup: checkedLookup(reachable, resolve) };
  return process.env['NODE_USE_ENV_PROXY'] === '1' ? new EnvHttpProxyAgent({ connect }) : new Agent({ connect });
}
