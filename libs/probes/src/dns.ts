import { Resolver } from 'node:dns/promises';
import type { Probe } from '@prunella/core';
import { failure } from './failure.ts';

export interface DnsTarget {
  kind: 'dns';
  /** The name that is asked for. */
  host: string;
  record: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'TXT' | 'SRV';
  /** IP address of a name server, with or without a port. Absent: those of the machine. */
  server?: string | undefined;
}

/** Longer than any probe: the signal says when it is too late. */
const LONGEST_MS = 60_000;

/** The name has at least one record of this kind. */
export const dns: Probe<DnsTarget> = {
  async probe({ host, record, server }, _secret, signal) {
    const shown = `${record} of ${host}${server === undefined ? '' : ` at ${server}`}`;
    const resolver = new Resolver({ timeout: LONGEST_MS, tries: 1 });
    const stop = () => resolver.cancel();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (server !== undefined) resolver.setServers([server]);
      const answers = (await resolver.resolve(host, record)) as unknown[];
      return answers.length > 0
        ? { kind: 'ok', says: `${shown} has ${answers.length} ${answers.length === 1 ? 'answer' : 'answers'}` }
        : { kind: 'failed', says: `${shown} has no answer` };
    } catch (error) {
      return failure(error, shown, signal);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  },
};
