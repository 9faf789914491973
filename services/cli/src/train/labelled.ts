import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { causes } from '@prunella/contracts';
import { ConfigError, messageOf } from '@prunella/core';
import { failureOf, readLog as readJob } from '@prunella/diagnosis';
import type { HistoryExample } from '@prunella/model';
import type { LogScanner } from '@prunella/rules';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { readLog } from '../diagnose/read-log.ts';

/** What lists the logs of a folder: a JSON object a line. */
const LIST = 'labels.jsonl';

const Label = z.strictObject({
  log: z.string().min(1),
  cause: z.enum(causes).exclude(['unknown']),
  group: z.string().default(''),
  at: z.iso.datetime({ offset: true }).optional(),
  transient: z.boolean().optional(),
});

/**
 * Logs whose cause a person knows: `labels.jsonl` in a folder has a line for each,
 * `{"log": "a.log", "cause": "network", "group": "octo/shop", "at": "2026-11-01T10:00:00Z", "transient": true}`, the
 * last three optional. A log without a time teaches, but nothing is judged on it.
 *
 * @throws ConfigError naming the line that is wrong, or the log that can't be read.
 */
export async function readLabelled(
  context: Pick<Context, 'cwd' | 'stdin'>,
  scanner: LogScanner,
  folder: string,
  onRead: (share: number) => void,
): Promise<HistoryExample[]> {
  const list = join(folder, LIST);
  const text = await readFile(list, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`--data: expected a folder with ${LIST}, found ${folder}: ${messageOf(error)}`);
  });
  const examples: HistoryExample[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const { log, cause, group, at, transient } = parseLabel(line, `${list}:${index + 1}`);
    const reading = readJob({ job: '', firstLine: 1, ...(await readLog(context, scanner, join(folder, log))) });
    examples.push({
      failure: failureOf(reading, {}),
      cause,
      group,
      at: at === undefined ? 0 : Date.parse(at),
      ...(transient !== undefined && { transient: Number(transient) }),
    });
    onRead((index + 1) / lines.length);
  }
  return examples;
}

function parseLabel(line: string, place: string): z.infer<typeof Label> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ConfigError(`${place}: expected a JSON object, found ${messageOf(error)}`);
  }
  const label = Label.safeParse(value);
  if (label.success) return label.data;
  throw new ConfigError(`${place}: ${z.prettifyError(label.error).replaceAll('\n', ' ')}`);
}
