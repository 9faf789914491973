import { nanosOf, type ShippedLine } from './fake-loki.ts';

/** What Loki takes of lines: https://grafana.com/docs/loki/latest/configure/#limits_config ; times in ms. */
export interface PushLimits {
  /** `max_line_size` */
  lineBytes: number;
  /** `reject_old_samples_max_age` */
  oldestMs: number;
  /** `creation_grace_period` */
  newestMs: number;
  /** Half of `max_chunk_age`: further behind the newest of its stream nothing is taken. */
  behindMs: number;
  /** `max_label_names_per_series` */
  labels: number;
  /** `allow_structured_metadata` */
  metadata: boolean;
}

export const usualLimits: PushLimits = {
  lineBytes: 256 * 1024,
  oldestMs: 7 * 86_400_000,
  newestMs: 10 * 60_000,
  behindMs: 3_600_000,
  labels: 15,
  metadata: true,
};

type Stream = { stream?: unknown; values?: unknown };

/** What becomes of a body for `POST /loki/api/v1/push`: what is well is taken also where other lines are refused, and what is there already is kept once. */
export function taking(
  body: string,
  before: readonly ShippedLine[],
  limits: PushLimits,
  now: number,
): { taken: ShippedLine[]; lines: number; refused?: string } {
  const taken: ShippedLine[] = [];
  let lines = 0;
  let refused: string | undefined;
  let streams: Stream[];
  try {
    ({ streams } = JSON.parse(body) as { streams: Stream[] });
    if (!Array.isArray(streams)) throw new TypeError('streams: expected an array');
  } catch (error) {
    return { taken, lines, refused: `couldn't parse push request: ${String(error)}` };
  }
  for (const { stream, values } of streams) {
    const bad = labelProblem(stream, limits);
    const labels = stream as Record<string, string>;
    for (const value of Array.isArray(values) ? (values as unknown[]) : []) {
      lines += 1;
      const line = bad === undefined ? lineOf(value, labels) : bad;
      const problem = typeof line === 'string' ? line : lineProblem(line, [...before, ...taken], limits, now);
      if (problem !== undefined) refused ??= problem;
      else if (typeof line !== 'string' && ![...before, ...taken].some((one) => isSame(one, line))) taken.push(line);
    }
  }
  return { taken, lines, ...(refused !== undefined && { refused }) };
}

function labelProblem(stream: unknown, limits: PushLimits): string | undefined {
  const labels = Object.entries((stream ?? {}) as object);
  const name = JSON.stringify(stream);
  if (labels.length === 0) return 'error at least one label pair is required per stream';
  if (labels.length > limits.labels)
    return `entry for stream '${name}' has ${labels.length} label names; limit ${limits.labels}`;
  const bad = labels.find(
    ([label, value]) => !/^[a-zA-Z_]\w*$/.test(label) || typeof value !== 'string' || value.length > 2_048,
  );
  return bad && `error parsing labels '${name}': ${bad[0]}`;
}

function lineOf(value: unknown, labels: Record<string, string>): ShippedLine | string {
  const [nanos, text, metadata = {}] = Array.isArray(value) ? (value as unknown[]) : [];
  if (typeof nanos !== 'string' || !/^\d{1,19}$/.test(nanos)) return `couldn't parse timestamp ${String(nanos)}`;
  if (typeof text !== 'string') return "couldn't parse line";
  if (Object.values(metadata as object).some((one) => typeof one !== 'string'))
    return 'structured metadata: expected strings';
  const at = Number(BigInt(nanos) / 1_000_000n);
  return { labels, at, nanos: BigInt(nanos), text, metadata: metadata as Record<string, string> };
}

function lineProblem(
  line: ShippedLine,
  all: readonly ShippedLine[],
  limits: PushLimits,
  now: number,
): string | undefined {
  const stream = JSON.stringify(line.labels);
  if (!limits.metadata && Object.keys(line.metadata ?? {}).length > 0) {
    return `stream '${stream}' includes structured metadata labels, but this feature is disallowed. Please see \`limits_config.structured_metadata\``;
  }
  if (Buffer.byteLength(line.text) > limits.lineBytes) {
    return `Max entry size '${limits.lineBytes}' bytes exceeded for stream '${stream}' while adding an entry with length '${line.text.length}' bytes`;
  }
  if (line.at < now - limits.oldestMs) return `entry for stream '${stream}' has timestamp too old: ${line.at}`;
  if (line.at > now + limits.newestMs) return `entry for stream '${stream}' has timestamp too new: ${line.at}`;
  const newest = Math.max(...all.filter((one) => JSON.stringify(one.labels) === stream).map(({ at }) => at));
  return line.at < newest - limits.behindMs
    ? `entry with timestamp ${line.at} ignored, reason: 'entry too far behind'`
    : undefined;
}

function isSame(a: ShippedLine, b: ShippedLine): boolean {
  return nanosOf(a) === nanosOf(b) && a.text === b.text && JSON.stringify(a.labels) === JSON.stringify(b.labels);
}
