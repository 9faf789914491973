import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type PushLimits, taking, usualLimits } from './push.ts';

/** A line as a collector ships it. */
export interface ShippedLine {
  labels: Record<string, string>;
  /** In ms since the epoch. */
  at: number;
  /** The same to the nanosecond. Absent: `at`. */
  nanos?: bigint;
  text: string;
  /** Structured metadata: found like labels. */
  metadata?: Record<string, string>;
}

/** When a line is of, in ns since the epoch. */
export function nanosOf({ at, nanos }: Pick<ShippedLine, 'at' | 'nanos'>): bigint {
  return nanos ?? BigInt(at) * 1_000_000n;
}

interface Answer {
  status: number;
  text: string;
  headers?: Record<string, string>;
}

/** What it holds of LogQL: one selector, then line filters, `| json` and filters of its labels. */
type Stage = (line: { text: string; labels: Record<string, string> }) => boolean;

const MOST_LINES = 5_000;

/**
 * Loki as its HTTP API says: `GET /loki/api/v1/query_range` over lines that a test ships, or that come by `POST /loki/api/v1/push`. It is as strict as the
 * real one with what it is asked and told, and knows the part of LogQL that we send.
 */
export class FakeLoki {
  readonly lines: ShippedLine[] = [];
  /** Queries, in order. */
  readonly asked: string[] = [];
  /** Set: requests without this tenant are refused. */
  tenant: string | undefined;
  /** What it takes of lines. */
  readonly limits: PushLimits = { ...usualLimits };
  /** Requests to push, in order: how many lines each had. */
  readonly pushes: number[] = [];
  private readonly answers: Answer[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const url = new URL(request.url ?? '/', 'http://loki');
      const tenant = request.headers['x-scope-orgid'];
      const isPush = request.method === 'POST' && url.pathname === '/loki/api/v1/push';
      const usual = () => (isPush ? text(request).then((body) => this.take(body, tenant)) : this.answer(url, tenant));
      const answer = this.answers.shift() ?? usual();
      void Promise.resolve(answer).then(({ status, text, headers = {} }) => {
        const type = status === 200 ? 'application/json; charset=UTF-8' : 'text/plain; charset=utf-8';
        response.writeHead(status, { 'content-type': type, ...headers }).end(status === 204 ? undefined : text);
      });
    });
  }

  static async start(): Promise<FakeLoki> {
    const server = createServer();
    const loki = new FakeLoki(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return loki;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  ship(labels: Record<string, string>, at: number, ...texts: string[]): void {
    this.lines.push(...texts.map((text, n) => ({ labels, at: at + n, text })));
  }

  /** What the next request is answered; after that as usual. */
  answerNext(status: number, text = '', headers: Record<string, string> = {}): void {
    this.answers.push({ status, text, headers });
  }

  /** How many of those answers were not given yet. */
  get answersLeft(): number {
    return this.answers.length;
  }

  /** As usual from now on. */
  forgetAnswers(): void {
    this.answers.splice(0);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(body: string, tenant: string | string[] | undefined): Answer {
    if (this.tenant !== undefined && tenant !== this.tenant) return { status: 401, text: 'no org id' };
    const { taken, lines, refused } = taking(body, this.lines, this.limits, Date.now());
    this.pushes.push(lines);
    this.lines.push(...taken);
    return refused === undefined ? { status: 204, text: '' } : { status: 400, text: refused };
  }

  private answer(url: URL, tenant: string | string[] | undefined): Answer {
    if (url.pathname !== '/loki/api/v1/query_range') return { status: 404, text: '404 page not found' };
    if (this.tenant !== undefined && tenant !== this.tenant) return { status: 401, text: 'no org id' };
    const { query = '', start = '', end = '', limit = '100' } = Object.fromEntries(url.searchParams);
    this.asked.push(query);
    if (![start, end].every((time) => /^\d{19}$/.test(time)))
      return { status: 400, text: `could not parse '${start}'` };
    if (BigInt(end) < BigInt(start))
      return { status: 400, text: 'end timestamp must not be before or equal to start time' };
    if (Number(limit) > MOST_LINES) {
      return {
        status: 400,
        text: `max entries limit per query exceeded, limit > max_entries_limit (${limit} > ${MOST_LINES})`,
      };
    }
    const stages = stagesOf(query);
    if (stages === undefined)
      return { status: 400, text: `parse error at line 1, col 1: syntax error: unexpected ${query.slice(0, 20)}` };
    const found = this.lines
      .filter((line) => nanosOf(line) >= BigInt(start) && nanosOf(line) < BigInt(end))
      .filter(({ labels, text, metadata }) => {
        const line = { text, labels: { ...metadata, ...labels } };
        return stages.every((stage) => stage(line));
      })
      .sort((a, b) => Number(nanosOf(a) - nanosOf(b)))
      .slice(0, Number(limit));
    const streams = Map.groupBy(found, ({ labels, metadata }) => JSON.stringify({ ...labels, ...metadata }));
    const result = [...streams].map(([labels, lines]) => ({
      stream: JSON.parse(labels) as object,
      values: lines.map((line) => [String(nanosOf(line)), line.text]),
    }));
    const data = { resultType: 'streams', result, stats: {} };
    return { status: 200, text: JSON.stringify({ status: 'success', data }) };
  }
}

const TEXT = '"((?:[^"\\\\]|\\\\.)*)"';
const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  '=': (value, wanted) => value === wanted,
  '!=': (value, wanted) => value !== wanted,
  '=~': (value, wanted) => pattern(`^(?:${wanted})$`).test(value),
  '!~': (value, wanted) => !pattern(`^(?:${wanted})$`).test(value),
};

/** undefined: it is no query. */
function stagesOf(query: string): Stage[] | undefined {
  const [whole, selector = ''] = /^\s*\{([^}]*)\}\s*/.exec(query) ?? [];
  if (whole === undefined) return undefined;
  const stages: Stage[] = [];
  for (const matcher of selector.split(/,\s*/)) {
    const stage = labelStage(matcher.trim());
    if (stage === undefined) return undefined;
    stages.push(stage);
  }
  let rest = query.slice(whole.length);
  while (rest.trim() !== '') {
    const next = new RegExp(
      `^\\s*(?:(\\|~|\\|=|!=|!~)\\s*${TEXT}|\\|\\s*(json)\\b|\\|\\s*(\\w+\\s*(?:=~|!~|!=|=)\\s*${TEXT}))\\s*`,
    ).exec(rest);
    if (next === null) return undefined;
    const [all, operator, text = '', json, label] = next;
    const stage =
      json !== undefined ? readJson : label !== undefined ? labelStage(label) : lineStage(operator ?? '', text);
    if (stage === undefined) return undefined;
    stages.push(stage);
    rest = rest.slice(all.length);
  }
  return stages;
}

function labelStage(text: string): Stage | undefined {
  const [, name = '', operator = '', wanted = ''] = new RegExp(`^(\\w+)\\s*(=~|!~|!=|=)\\s*${TEXT}$`).exec(text) ?? [];
  const compare = OPERATORS[operator];
  return compare && (({ labels }) => compare(labels[name] ?? '', wanted));
}

function lineStage(operator: string, text: string): Stage {
  if (operator === '|=') return (line) => line.text.includes(text);
  if (operator === '!=') return (line) => !line.text.includes(text);
  return (line) => pattern(text).test(line.text) === (operator === '|~');
}

const readJson: Stage = (line) => {
  try {
    for (const [name, value] of Object.entries(JSON.parse(line.text) as object)) line.labels[name] ??= String(value);
  } catch {
    // Loki keeps it, and marks it with __error__.
  }
  return true;
};

/** RE2's way to say that case does not matter. */
function pattern(text: string): RegExp {
  return text.startsWith('(?i)') || text.startsWith('^(?:(?i)')
    ? new RegExp(text.replace('(?i)', ''), 'i')
    : new RegExp(text);
}
