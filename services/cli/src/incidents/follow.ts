import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UnreachableError } from '@prunella/core';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { openStream } from '../api.ts';
import type { Context } from '../context.ts';
import { Incident } from './shapes.ts';

/** The auditor says something every 15 seconds, if only that it is there. */
const SILENT_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** An incident as the API tells it, and what of it is shown. */
export interface Change {
  raw: unknown;
  incident: Incident;
}

/**
 * The changes of incidents as they come, without end. A connection that breaks is opened again, and what was missed meanwhile comes first.
 *
 * @throws as `openStream`, when the first connection can't be opened or a later one is refused for good.
 */
export async function* follow(context: Context): AsyncGenerator<Change> {
  let last: string | undefined;
  let connected = false;
  const opened = () => {
    connected = true;
  };
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    try {
      for await (const { event, id, data } of eventsOf(context, last, opened)) {
        pause = FIRST_PAUSE_MS;
        last = id ?? last;
        if (event !== 'incident') continue;
        const raw: unknown = JSON.parse(data);
        yield { raw, incident: Incident.parse(raw) };
      }
    } catch (error) {
      if (!(error instanceof UnreachableError) || !connected) throw error;
      context.err(context.colors.dim(`prunella: ${error.message}; trying again`));
    }
    // What changes before anything was received is asked for from now on.
    last ??= new Date().toISOString();
    await sleep(pause);
  }
}

async function* eventsOf(context: Context, last: string | undefined, opened: () => void) {
  const silence = new AbortController();
  const watch = setTimeout(() => silence.abort(new Error(`it said nothing for ${SILENT_MS / 1_000} s`)), SILENT_MS);
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      watch.refresh();
      controller.enqueue(chunk);
    },
  });
  try {
    const stream = await openStream(context, '/v1/stream', last, silence.signal);
    opened();
    const events = stream
      .pipeThrough(heard)
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    yield* broken(events);
  } finally {
    clearTimeout(watch);
    silence.abort();
  }
}

/** That a connection ends in the middle is no mistake of ours. */
async function* broken<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch (error) {
    throw new UnreachableError(`the auditor's stream broke: ${messageOf(error)}`, { cause: error });
  }
}
