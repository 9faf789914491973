import { ProviderError } from '@prunella/core';
import { request } from '@prunella/http';
import type { LokiOptions } from './loki.ts';

/** A line to be kept by Loki. */
export interface LokiEntry {
  /** Loki makes a stream of each combination: few values only. */
  labels: Readonly<Record<string, string>>;
  /** In nanoseconds since the epoch. The same line of the same time and labels is kept once. */
  at: bigint;
  line: string;
  /** What makes it found without being a label; left out where Loki does not know of such (before 2.9). */
  metadata: Readonly<Record<string, string>>;
}

/** What Loki takes entries for: `refused` with its reason, where one of them is at fault. What it then took of the others it does not say. */
export type Pushed = { kind: 'taken' } | { kind: 'refused'; reason: string };

const BAD_REQUEST = 400;
const TOO_LARGE = 413;
const UNPROCESSABLE = 422;

/** Sends lines to Loki: https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs */
export class LokiPush {
  private readonly api: string;
  private readonly headers: Record<string, string>;
  private hasMetadata = true;

  constructor({ url, token, tenant }: Omit<LokiOptions, 'retry'>) {
    this.api = `${url.replace(/\/+$/, '')}/loki/api/v1/push`;
    this.headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
    };
  }

  /**
   * Sends once. Sending the same again changes nothing.
   *
   * @throws ProviderError when Loki can't be asked, wants to be asked later, or does not let us.
   */
  async push(entries: readonly LokiEntry[], signal: AbortSignal): Promise<Pushed> {
    try {
      await request(this.api, {
        ...{ provider: 'loki', method: 'POST', headers: this.headers, signal },
        json: { streams: this.streamsOf(entries) },
      });
      return { kind: 'taken' };
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { status } = error.options;
      if (status !== BAD_REQUEST && status !== TOO_LARGE && status !== UNPROCESSABLE) throw error;
      if (!this.hasMetadata || !/structured metadata/i.test(error.detail)) {
        return { kind: 'refused', reason: error.detail };
      }
      // It is in the line as well.
      this.hasMetadata = false;
      return await this.push(entries, signal);
    }
  }

  private streamsOf(entries: readonly LokiEntry[]): object[] {
    const streams = Map.groupBy(entries, ({ labels }) => JSON.stringify(labels));
    return [...streams.values()].map((lines) => ({
      stream: lines[0]?.labels,
      values: lines.map(({ at, line, metadata }) => [String(at), line, ...(this.hasMetadata ? [metadata] : [])]),
    }));
  }
}
