import type { Probe } from '@prunella/core';
import { connected } from './connection.ts';
import { failure } from './failure.ts';

export interface TcpTarget {
  kind: 'tcp';
  host: string;
  port: number;
}

/** A connection is made, and closed without a byte. */
export const tcp: Probe<TcpTarget> = {
  async probe({ host, port }, _secret, signal) {
    const shown = `${host}:${port}`;
    try {
      (await connected(host, port, signal)).destroy();
      return { kind: 'ok', says: `${shown} accepts connections` };
    } catch (error) {
      return failure(error, shown, signal);
    }
  },
};
