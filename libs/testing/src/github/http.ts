import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the fake answers. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  /** The same. */
  bytes?: Uint8Array;
}

export const missing: Answer = {
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
};

export function send(response: ServerResponse, { status, headers = {}, body, text, bytes }: Answer): void {
  const payload = bytes ?? text ?? (body === undefined ? '' : JSON.stringify(body));
  const type = typeof payload === 'string' && text === undefined ? 'application/json; charset=utf-8' : 'text/plain';
  response.writeHead(status, { 'content-type': type, ...headers }).end(payload);
}

/** The answer with its ETag; nothing but that where whoever asks has it already. */
export function unlessUnchanged(answer: Answer, had: string | undefined): Answer {
  if (answer.status !== 200) return answer;
  const etag = `W/"${createHash('sha256').update(JSON.stringify(answer.body)).digest('hex')}"`;
  const headers = { ...answer.headers, etag };
  return had === etag ? { status: 304, headers } : { ...answer, headers };
}

export async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Listens on loopback; port 0: any that is free. */
export async function listen(server: Server, port = 0): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const USUAL_PAGE = 30;

/** The part of a list that was asked for, with GitHub's `page` and `per_page`. */
export function pageOf<T>(all: readonly T[], query: URLSearchParams): T[] {
  const size = Math.min(Number(query.get('per_page') ?? USUAL_PAGE), 100);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return all.slice(from, from + size);
}
