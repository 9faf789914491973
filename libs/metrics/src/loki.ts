import { messageOf, ProviderError, PrunellaError } from '@prunella/core';
import { jsonOf, type RetryPolicy, request, usualRetries } from '@prunella/http';
import { z } from 'zod';
import { type LokiEnvironment, type LokiOptions, lokiOptions } from './loki-options.ts';

/** The query can't be answered as it stands. Asking again does not help. */
export class BadLogQuery extends PrunellaError {
  override readonly name = 'BadLogQuery';

  constructor(
    readonly query: string,
    problem: string,
  ) {
    super(`loki: ${problem}; the query is ${query}`);
  }
}

/** A line of a log. Untrusted, and it may hold secrets. */
export interface LogLine {
  /** ISO 8601, to the millisecond. */
  at: string;
  text: string;
}

export interface LogLines {
  /** In order of time. */
  lines: LogLine[];
  /** There may be more than these, which are the first. */
  more: boolean;
}

const BAD_QUERY = 400;
const MAX_BYTES = 2 * 1024 ** 2;
const MOST_OF_A_LINE = 4_000;
const NS_PER_MS = 1_000_000n;

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time ; newer ones add structured metadata to a value. */
const Value = z.tuple([z.string().regex(/^\d{1,19}$/), z.string()]).rest(z.unknown());
const Answer = z.object({
  status: z.literal('success'),
  data: z.union([
    z.object({ resultType: z.literal('streams'), result: z.array(z.object({ values: z.array(Value) })) }),
    z.object({ resultType: z.enum(['matrix', 'vector', 'scalar']) }),
  ]),
});

/** Asks a Loki server for lines. */
export class Loki {
  private readonly api: string;
  private readonly headers: Record<string, string>;
  private readonly retry: RetryPolicy;

  constructor({ url, token, tenant, retry = usualRetries }: LokiOptions) {
    this.api = `${url.replace(/\/+$/, '')}/loki/api/v1/query_range`;
    this.headers = {
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(tenant !== undefined && { 'x-scope-orgid': tenant }),
    };
    this.retry = retry;
  }

  /**
   * The first lines in [from, to) that a LogQL query selects, at most `limit` of all streams together.
   *
   * @param range in ms since the epoch.
   * @throws ProviderError when Loki can't be asked; BadLogQuery when the query is at fault.
   */
  async lines(
    query: string,
    { from, to, limit }: { from: number; to: number; limit: number },
    signal: AbortSignal,
  ): Promise<LogLines> {
    const parameters = new URLSearchParams({
      query,
      start: nanoseconds(from),
      end: nanoseconds(to),
      limit: String(limit),
      direction: 'forward',
    });
    const response = await request(`${this.api}?${parameters}`, {
      ...{ provider: 'loki', headers: this.headers, signal, retry: this.retry },
    }).catch((error: unknown) => {
      // It says what is wrong with it in plain text.
      if (error instanceof ProviderError && error.options.status === BAD_QUERY)
        throw new BadLogQuery(query, messageOf(error));
      throw error;
    });
    const answer = Answer.safeParse(await jsonOf(response, 'loki', MAX_BYTES));
    if (!answer.success) throw new BadLogQuery(query, 'the answer is none of Loki');
    const { data } = answer.data;
    if (!('result' in data)) throw new BadLogQuery(query, `expected lines, found a ${data.resultType}`);
    const values = data.result.flatMap((stream) => stream.values).map(([at, text]) => ({ at: BigInt(at), text }));
    const sorted = values.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(0, limit);
    return {
      lines: sorted.map(({ at, text }) => ({
        at: new Date(Number(at / NS_PER_MS)).toISOString(),
        text: text.slice(0, MOST_OF_A_LINE).toWellFormed(),
      })),
      more: values.length >= limit,
    };
  }
}

function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms)) * NS_PER_MS);
}

/** undefined: none is configured. */
export function lokiFromEnvironment(environment: LokiEnvironment): Loki | undefined {
  const options = lokiOptions(environment);
  return options && new Loki(options);
}
