import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A span as it was sent: read from its bytes by the numbers of opentelemetry-proto's trace.proto, without the SDK that wrote them. */
export interface SentSpan {
  traceId: string;
  spanId: string;
  /** Empty: the root of its trace. */
  parentSpanId: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  attributes: Record<string, string | number | boolean>;
  links: { traceId: string; spanId: string }[];
  isError: boolean;
  statusMessage: string;
  /** `service.name` and the others of who sent it. */
  resource: Record<string, string | number | boolean>;
}

/** Takes OTLP over HTTP with protobuf, as Tempo and Jaeger do. */
export class OtlpReceiver {
  readonly spans: SentSpan[] = [];
  readonly headers: Record<string, unknown>[] = [];
  /** What it answers; 200: it takes them. */
  status = 200;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new OtlpReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (request.url !== '/v1/traces' || request.headers['content-type'] !== 'application/x-protobuf') {
        response.writeHead(404).end();
        return;
      }
      receiver.headers.push(request.headers);
      const body = Buffer.concat(chunks);
      if (receiver.status === 200) {
        receiver.spans.push(...spansOf(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
      }
      response.writeHead(receiver.status, { 'content-type': 'application/x-protobuf' }).end();
    });
    return receiver;
  }

  ofTrace(traceId: string): SentSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const ERROR = 2;

type Fields = Map<number, unknown[]>;

/** All fields of a message by their numbers: bytes, or numbers. */
function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Fields = new Map();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const value =
      wireType === 0
        ? Number(reader.int64())
        : wireType === 1
          ? reader.fixed64()
          : wireType === 2
            ? reader.bytes()
            : reader.fixed32();
    fields.set(number, [...(fields.get(number) ?? []), value]);
  }
  return fields;
}

function messages(fields: Fields, number: number): Fields[] {
  return (fields.get(number) ?? []).map((bytes) => fieldsOf(bytes as Uint8Array));
}

function text(fields: Fields, number: number): string {
  const [bytes] = fields.get(number) ?? [];
  return bytes === undefined ? '' : new TextDecoder().decode(bytes as Uint8Array);
}

function hex(fields: Fields, number: number): string {
  return Buffer.from((fields.get(number)?.[0] ?? new Uint8Array()) as Uint8Array).toString('hex');
}

function millis(fields: Fields, number: number): number {
  return Number((fields.get(number)?.[0] ?? 0n) as bigint) / 1e6;
}

function attributesOf(fields: Fields, number: number): SentSpan['attributes'] {
  return Object.fromEntries(messages(fields, number).map((pair) => [text(pair, 1), valueIn(messages(pair, 2)[0])]));
}

function valueIn(value: Fields | undefined): string | number | boolean {
  if (value === undefined) return '';
  if (value.has(1)) return text(value, 1);
  if (value.has(2)) return value.get(2)?.[0] === 1;
  if (value.has(3)) return value.get(3)?.[0] as number;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setBigUint64(0, BigInt(value.get(4)?.[0] as bigint));
  return bits.getFloat64(0);
}

function spansOf(bytes: Uint8Array): SentSpan[] {
  return messages(fieldsOf(bytes), 1).flatMap((resourceSpans) => {
    const [resource = new Map()] = messages(resourceSpans, 1);
    const scopes = messages(resourceSpans, 2);
    return scopes
      .flatMap((scope) => messages(scope, 2))
      .map((span) => {
        const [status = new Map() as Fields] = messages(span, 15);
        return {
          traceId: hex(span, 1),
          spanId: hex(span, 2),
          parentSpanId: hex(span, 4),
          name: text(span, 5),
          kind: KINDS[(span.get(6)?.[0] ?? 0) as number] ?? 'internal',
          startedAt: millis(span, 7),
          endedAt: millis(span, 8),
          attributes: attributesOf(span, 9),
          links: messages(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
          isError: status.get(3)?.[0] === ERROR,
          statusMessage: text(status, 2),
          resource: attributesOf(resource, 1),
        };
      });
  });
}
