import { type MetricReading, PrunellaError } from '@prunella/core';
import { jsonOf, type RetryPolicy, request, usualRetries } from '@prunella/http';
import { z } from 'zod';

/** The query can't be answered as it stands: it is mistyped, or it gives more than one number. Asking again does not help. */
export class BadQuery extends PrunellaError {
  override readonly name = 'BadQuery';

  constructor(
    readonly query: string,
    problem: string,
  ) {
    super(`prometheus: ${problem}; the query is ${query}`);
  }
}

/** Statuses with which Prometheus says in its own JSON what is wrong with the query: it can't be read, it can't be executed. */
const BAD_QUERY = [400, 422];
const MAX_BYTES = 1024 ** 2;
const MOST_SERIES = 200;

/** A sample: seconds since the epoch, and the number as text, which may be `NaN`, `+Inf` or `-Inf`. */
const Sample = z.tuple([z.number(), z.string()]);

const Labels = z.record(z.string(), z.string()).default({});

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
const Answer = z.union([
  z.object({
    status: z.literal('success'),
    data: z.union([
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: Labels, value: Sample })) }),
      z.object({ resultType: z.literal('scalar'), result: Sample }),
      z.object({ resultType: z.enum(['matrix', 'string']) }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);
type Answer = z.infer<typeof Answer>;

export interface PrometheusOptions {
  /** Where it is, with the path before `/api/v1` where there is one. */
  url: string;
  /** Sent as a Bearer token. */
  token?: string;
  /** Default: three requests within about a second. */
  retry?: RetryPolicy;
}

/** Asks a Prometheus server, or what speaks as it does (Thanos, Mimir, VictoriaMetrics). */
export class Prometheus {
  private readonly api: string;
  private readonly headers: Record<string, string>;
  private readonly retry: RetryPolicy;

  constructor({ url, token, retry = usualRetries }: PrometheusOptions) {
    this.api = `${url.replace(/\/+$/, '')}/api/v1/query`;
    this.headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.retry = retry;
  }

  /**
   * The one number that a PromQL expression gives. Neither an empty result nor NaN (nothing divided by nothing) is a number.
   *
   * @param at the time that is asked about, in ms since the epoch. Default: now.
   * @throws ProviderError when Prometheus can't be asked; BadQuery when the expression is at fault.
   */
  async value(query: string, signal: AbortSignal, at?: number): Promise<MetricReading> {
    return readingOf(await this.answerTo(query, signal, at), query);
  }

  /**
   * All series that a PromQL expression gives now, at most 200; empty: none, which is not zero. A value may be NaN.
   *
   * @throws ProviderError when Prometheus can't be asked; BadQuery when the expression is at fault, also by giving more.
   */
  async series(query: string, signal: AbortSignal): Promise<{ labels: Record<string, string>; value: number }[]> {
    const answer = await this.answerTo(query, signal);
    if (answer.status === 'error') throw new BadQuery(query, `${answer.errorType}: ${answer.error}`);
    const { data } = answer;
    if (data.resultType !== 'vector') throw new BadQuery(query, `expected series, found a ${data.resultType}`);
    const { result } = data;
    if (result.length > MOST_SERIES) {
      throw new BadQuery(
        query,
        `expected at most ${MOST_SERIES} series, found more: put sum by () or max by () around it`,
      );
    }
    return result.map(({ metric, value: [, text] }) => ({ labels: metric, value: numberOf(text) }));
  }

  private async answerTo(query: string, signal: AbortSignal, at?: number): Promise<Answer> {
    const parameters = new URLSearchParams({
      query,
      // Newer ones cut the answer there.
      limit: String(MOST_SERIES + 1),
      ...(at !== undefined && { time: String(at / 1_000) }),
    });
    const response = await request(`${this.api}?${parameters}`, {
      provider: 'prometheus',
      headers: this.headers,
      signal,
      allow: BAD_QUERY,
      retry: this.retry,
    });
    const answer = Answer.safeParse(await jsonOf(response, 'prometheus', MAX_BYTES));
    if (!answer.success) throw new BadQuery(query, `HTTP ${response.status} with an answer that is none of Prometheus`);
    return answer.data;
  }
}

function readingOf(answer: Answer, query: string): MetricReading {
  if (answer.status === 'error') throw new BadQuery(query, `${answer.errorType}: ${answer.error}`);
  const { data } = answer;
  if (!('result' in data)) throw new BadQuery(query, `expected one number, found a ${data.resultType}`);
  const samples = data.resultType === 'scalar' ? [data.result] : data.result.map(({ value }) => value);
  const [sample] = samples;
  if (sample === undefined) return { kind: 'no-data', why: 'Prometheus has nothing that fits the query' };
  if (samples.length > 1) {
    throw new BadQuery(query, `expected one number, found ${samples.length}: put sum() or max() around it`);
  }
  const value = numberOf(sample[1]);
  return Number.isNaN(value)
    ? { kind: 'no-data', why: 'Prometheus answers NaN: there were no requests' }
    : { kind: 'value', value };
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

/** PROMETHEUS_URL, PROMETHEUS_TOKEN; undefined: none is configured. */
export function prometheusFromEnvironment(environment: NodeJS.ProcessEnv): Prometheus | undefined {
  const { PROMETHEUS_URL: url, PROMETHEUS_TOKEN: token } = environment;
  return url ? new Prometheus({ url, ...(token && { token }) }) : undefined;
}
