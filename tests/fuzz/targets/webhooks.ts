import { ContractViolation, writeMessage } from '@prunella/contracts';
import { ProblemException, readEnvironment } from '@prunella/service-kit';
import fc from 'fast-check';
import { DetectorEnvironment } from '../../../services/detector/src/environment.ts';
import { redacted } from '../../../services/detector/src/redacted.ts';
import { sources } from '../../../services/detector/src/sources/index.ts';
import type { Heard, Source } from '../../../services/detector/src/sources/source.ts';
import { type Row, webhookProofs } from '../../../services/detector/test/webhook-proofs.ts';
import { headersNear, httpBytes, httpInput } from '../inputs/http.ts';
import { jsonText, nested } from '../inputs/json.ts';
import { text } from '../inputs/text.ts';
import { examplesOf, recordsOf } from '../inputs/webhook-examples.ts';
import { bytesOf, holds, type Target } from '../target.ts';

const rows = await webhookProofs();
const environment = readEnvironment(
  DetectorEnvironment,
  Object.fromEntries(rows.map(({ variable, secret }) => [variable, secret])),
);

interface Delivered {
  headers: Record<string, string>;
  query: string;
  body: string;
}

/** How it is really sent, with the proof that belongs to the body, and examples of the platform's own. */
function deliveriesOf(source: Source): Delivered[] {
  const ofRows = rows.filter((row) => row.source === source.name).map(deliveredBy);
  return [...ofRows, ...examplesOf(source.name)];
}

function deliveredBy(row: Row): Delivered {
  const { headers = {}, query = '' } = row.proof(row.secret, Date.now());
  return { headers: { ...row.headers, ...headers }, query: query.replace(/^\?/, ''), body: row.body };
}

function parsed(body: string): unknown[] {
  try {
    return [JSON.parse(body)];
  } catch {
    return [];
  }
}

/** The form in which Slack sends, around what is inside. */
const inForm = (json: string) => new URLSearchParams({ payload: json }).toString();

function targetOf(source: Source): Target {
  const deliveries = deliveriesOf(source);
  const isForm = source.name === 'slack';
  const samples = deliveries.flatMap(({ body }) =>
    parsed(isForm ? (new URLSearchParams(body).get('payload') ?? '') : body),
  );
  const bodies = samples.length === 0 ? text : jsonText(samples).map((json) => (isForm ? inForm(json) : json));
  const most = source.maxBytes;
  const headers = deliveries[0]?.headers ?? {};
  const wrapped = (body: string) => httpBytes(headers, isForm ? inForm(body) : body);
  const sample = samples[0] ?? { a: 1 };
  const keys = Object.keys(sample);
  return {
    name: `webhooks/${source.name}`,
    reads: `POST ${source.path}: headers, query and body, up to the event that is published`,
    doors: [`webhook:${source.name}`, 'decoder:services/detector/src/sources/body.ts'],
    seeds: () => deliveries.map(({ headers, query, body }) => httpBytes(headers, body, query)),
    inputs: fc
      .tuple(headersNear(deliveries.map((one) => one.headers)), bodies)
      .map(([some, body]) => httpBytes(some, body)),
    bombs: {
      'deep arrays': () => wrapped(nested('[', ']', Math.floor(most / 2) - 10)),
      'deep objects': () => wrapped(nested('{"a":', '}', Math.floor(most / 8))),
      'deep in every field': () => wrapped(`{${keys.map((key) => `"${key}":${nested('{"a":', '}', 20_000)}`).join()}}`),
      'long in every field': () => wrapped(JSON.stringify(longIn(sample, Math.floor(most / 100)))),
      'many in every list': () => wrapped(JSON.stringify(manyIn(sample))),
      'many keys': () => wrapped(`{${Array.from({ length: Math.floor(most / 40) }, (_, at) => `"k${at}":1`).join()}}`),
      'nothing but quotes': () => wrapped('"'.repeat(Math.floor(most / 4))),
    },
    async read(bytes) {
      const delivery = httpInput(bytes);
      const event = source.eventOf(delivery);
      await source.authenticate(delivery, environment).catch(onlyProblem);
      const heard = source.read(delivery, () => 'fresh');
      return {
        event,
        heard,
        sent: heard.kind === 'reports' ? heard.reports.map((report) => writeMessage(redacted(report))) : [],
      };
    },
    // Both are told to the sender, with the field that does not fit.
    errors: [ProblemException, ContractViolation],
    holds(value) {
      const { event, heard, sent } = value as { event: string; heard: Heard; sent: Uint8Array[] };
      holds(/^[a-z_]{1,40}$/.test(event), 'a name of an event that can be the label of a metric');
      if (heard.kind === 'ignored') return holds(heard.reason.length < 1_000, 'a short reason');
      holds(
        heard.reports.every(({ id, source: by }) => id !== '' && by !== ''),
        'ids and sources',
      );
      holds(heard.deliveryId === undefined || heard.deliveryId.length <= 600, 'a short id of the delivery');
      holds(sent.length === heard.reports.length, 'every report as a message');
    },
  };
}

function onlyProblem(error: unknown): void {
  if (!(error instanceof ProblemException)) throw error;
}

/** The same with a long text wherever there was one. */
function longIn(value: unknown, length: number): unknown {
  if (typeof value === 'string') return `${value}${'x '.repeat(length / 2)}`;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => longIn(one, length));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      /id$|_at$|type|status|action|conclusion|phase/.test(key) ? one : longIn(one, length),
    ]),
  );
}

/** The same with a thousand of what stands in each list. */
function manyIn(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, manyIn(one, depth)]));
  const each = value.map((one) => manyIn(one, depth + 1));
  return depth > 0 ? each : each.flatMap((one) => Array.from({ length: 1_000 }, () => one));
}

/** What is found by asking a platform is read as its webhook would be. */
function foundTarget(source: Source): Target {
  const samples = recordsOf(source.name);
  return {
    name: `webhooks/${source.name}-found`,
    reads: `runs that ${source.name} lists, read as its webhooks are`,
    doors: [`found:${source.name}`],
    seeds: () => samples.map((sample) => bytesOf(JSON.stringify(sample))),
    inputs: jsonText(samples).map(bytesOf),
    read(bytes) {
      const [record] = parsed(Buffer.from(bytes).toString());
      const heard = source.found?.(record, 'acme/shop');
      return heard?.kind === 'reports' ? heard.reports.map((report) => writeMessage(redacted(report))) : heard;
    },
    errors: [ProblemException, ContractViolation],
  };
}

export const targets: readonly Target[] = [
  ...sources.map(targetOf),
  ...sources.filter(({ found }) => found !== undefined).map(foundTarget),
];
