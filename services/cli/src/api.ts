import { ConfigError, messageOf, UnreachableError } from '@prunella/core';
import { z } from 'zod';
import type { Context } from './context.ts';
import { endpointsOf } from './endpoints.ts';
import { ConflictError, NotFoundError, UsageError } from './exit.ts';

const Problem = z.looseObject({ title: z.string().default(''), detail: z.string().default('') });

/** A service that is asked over HTTP, and how to say where it is. */
const SERVICES = {
  auditor: { timeoutMs: 10_000, place: 'PRUNELLA_URL' },
  // It reads a report, and puts it on the bus in parts.
  detector: { timeoutMs: 60_000, place: 'PRUNELLA_DETECTOR_URL' },
  // It may read all stored green logs.
  diagnoser: { timeoutMs: 90_000, place: 'PORT_DIAGNOSER' },
} as const;

/**
 * Reads a document of the auditor's API.
 *
 * @throws UnreachableError when it does not answer, NotFoundError, UsageError (the API refused a value) or ConfigError
 * (the token is missing or wrong).
 */
export async function getJson(context: Context, path: string): Promise<unknown> {
  return await ask(context, 'auditor', path, {});
}

/** Reads a document of the auditor's API as Markdown. @throws as `getJson`. */
export async function getMarkdown(context: Context, path: string): Promise<string> {
  const { response } = await answerOf(context, 'auditor', path, { headers: { accept: 'text/markdown' } });
  return await response.text();
}

/**
 * Opens a stream of server-sent events of the auditor; it lasts until somebody ends it.
 *
 * @param lastEventId the last one that was received: what was missed since comes first.
 * @throws as `getJson`, when it can't be opened.
 */
export async function openStream(
  context: Context,
  path: string,
  lastEventId: string | undefined,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
  const { response, url } = await answerOf(context, 'auditor', path, { headers, signal });
  if (response.body === null) throw new UnreachableError(`${url} answered without a stream`);
  return response.body as ReadableStream<Uint8Array>;
}

/** Sends a document to the auditor's API. @throws as `getJson`, and ConflictError: it does not fit what is there now. */
export async function postJson(context: Context, path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return await ask(context, 'auditor', path, { method: 'POST', body: JSON.stringify(body), headers });
}

/** Takes something away, saying why. @throws as `postJson`. */
export async function deleteJson(context: Context, path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return await ask(context, 'auditor', path, { method: 'DELETE', body: JSON.stringify(body), headers });
}

/** Asks the detector whether a run should start. @throws as `getJson`. */
export async function askPreflight(context: Context, query: URLSearchParams): Promise<unknown> {
  return await ask(context, 'detector', `/v1/preflight?${query}`, {});
}

/** Has the diagnoser try rules (YAML) on the green logs that it stores. @throws as `getJson`. */
export async function tryRules(context: Context, yaml: string): Promise<unknown> {
  const headers = { 'content-type': 'application/yaml' };
  return await ask(context, 'diagnoser', '/v1/rules/try', { method: 'POST', body: yaml, headers });
}

/** Posts a test report to the detector; `headers` say what it is about. @throws as `getJson`. */
export async function postJunit(
  context: Context,
  xml: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<unknown> {
  const all = { ...headers, 'content-type': 'application/xml' };
  return await ask(context, 'detector', '/webhooks/junit', { method: 'POST', body: xml, headers: all });
}

interface Asked {
  method?: string;
  body?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
  /** Ends it. Absent: it ends by itself when it lasts too long. */
  signal?: AbortSignal;
}

async function ask(context: Context, service: keyof typeof SERVICES, path: string, request: Asked): Promise<unknown> {
  const { response, url } = await answerOf(context, service, path, request);
  return await response.json().catch((error: unknown) => {
    throw new UnreachableError(
      `${url} answered, but not with JSON: is that the ${service}'s address? ${SERVICES[service].place} sets it`,
      {
        cause: error,
      },
    );
  });
}

async function answerOf(
  context: Context,
  service: keyof typeof SERVICES,
  path: string,
  { headers, ...request }: Asked,
): Promise<{ response: Response; url: URL }> {
  const { timeoutMs, place } = SERVICES[service];
  const address = (await endpointsOf(context))[service];
  const token = context.env['PRUNELLA_API_TOKEN'];
  const url = new URL(path, address);
  let response: Response;
  try {
    response = await fetch(url, {
      ...request,
      headers: { accept: 'application/json', ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
      signal: request.signal ?? AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    throw new UnreachableError(
      `the ${service} does not answer at ${address} (${messageOf(cause ?? error)}): start Prunella (npm start), or set ${place}`,
      { cause: error },
    );
  }
  if (!response.ok) throw await refusal(response, url, service);
  return { response, url };
}

async function refusal(response: Response, url: URL, service: string): Promise<Error> {
  const body = Problem.safeParse(await response.json().catch(() => ({})));
  const said = [body.data?.title, body.data?.detail].filter(Boolean).join(': ') || response.statusText;
  switch (response.status) {
    case 401:
      return new ConfigError(
        `${url} refused us: set PRUNELLA_API_TOKEN to the token that the ${service} was started with, or to one that an admin gave out (prunella tokens create)`,
      );
    case 403:
      return new ConfigError(`${url} refused us: ${said}`);
    case 404:
      return new NotFoundError(`${url}: ${said}`);
    case 409:
      return new ConflictError(said);
    case 400:
    case 413:
    case 422:
      return new UsageError(said);
    default:
      return new UnreachableError(`${url} answered ${response.status}: ${said}`);
  }
}
