import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Bus } from '@prunella/bus';
import { isSubject, messageId, readMessage, SUBJECTS, type Subject } from '@prunella/contracts';
import { ConfigError, messageOf } from '@prunella/core';
import { Argument, Command } from 'commander';
import type { Context } from '../context.ts';
import { endpointsOf } from '../endpoints.ts';
import { UsageError } from '../exit.ts';
import { offers } from '../options.ts';
import { sendJunitCommand } from './send-junit.ts';

interface SendOptions {
  file?: string;
  id?: string;
  json?: true;
}

/** `prunella send SUBJECT [JSON]`. */
export function sendCommand(context: Context): Command {
  return new Command('send')
    .description('publish an event: plain JSON, a CloudEvent or a CDEvent')
    .addArgument(offers(new Argument('<subject>', 'what it tells'), SUBJECTS))
    .argument('[json]', 'the event; - or nothing: read it from standard input')
    .option('-f, --file <file>', 'read the event from a file')
    .option('--id <id>', 'event id; sending the same id again changes nothing (default: a new one)')
    .option('--json', 'print the answer as JSON')
    .action((subject: string, json: string | undefined, options: SendOptions) => send(context, subject, json, options))
    .addCommand(sendJunitCommand(context));
}

async function send(context: Context, subject: string, json: string | undefined, options: SendOptions): Promise<void> {
  if (!isSubject(subject)) throw new UsageError(`subject: expected one of ${SUBJECTS.join(', ')}, found ${subject}`);
  if (json !== undefined && options.file !== undefined) throw new UsageError('give the event or --file, not both');
  const event = readMessage(subject, await bytesOf(context, json, options.file), {
    id: options.id ?? randomUUID(),
    source: 'prunella/cli',
  });
  const { nats } = await endpointsOf(context);
  const bus = await Bus.connect({
    servers: nats,
    caFile: context.env['NATS_CA_FILE'],
    password: context.env['NATS_PASSWORD'],
    name: 'cli',
    publishTimeoutMs: 10_000,
  });
  try {
    const { seq, duplicate } = await bus.publish<Subject>(subject, {
      id: event.id,
      source: event.source,
      ...(event.time !== undefined && { time: event.time }),
      data: event.data,
    });
    const id = messageId(event);
    if (options.json) context.out(JSON.stringify({ subject, messageId: id, sequence: seq, duplicate }));
    else context.out(`${duplicate ? 'already there' : 'published'}: ${subject} ${id}, sequence ${seq}`);
  } finally {
    await bus.close();
  }
}

async function bytesOf(context: Context, json: string | undefined, file: string | undefined): Promise<Uint8Array> {
  if (file !== undefined && file !== '-') {
    return await readFile(resolve(context.cwd, file)).catch((error: unknown) => {
      throw new ConfigError(`${file} can't be read: ${messageOf(error)}`, { cause: error });
    });
  }
  return json === undefined || json === '-' ? await context.stdin() : Buffer.from(json);
}
