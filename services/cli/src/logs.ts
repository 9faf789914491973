import { z } from 'zod';
import { getJson } from './api.ts';
import type { Context } from './context.ts';

const HealingLog = z.looseObject({
  ...{ from: z.string(), to: z.string(), more: z.boolean() },
  lines: z.array(z.looseObject({ at: z.string(), text: z.string() })),
});

/** What is asked of the log; times as ISO 8601. */
export interface HealingQuery {
  pipeline: string;
  from: string;
  to?: string;
  limit: number;
}

/** Prints what was logged about the healing of a pipeline. @throws as `getJson`. */
export async function printHealingLog(context: Context, query: HealingQuery, json: boolean): Promise<void> {
  const parameters = new URLSearchParams(
    Object.entries(query).map(([key, value]): [string, string] => [key, `${value}`]),
  );
  const answer = await getJson(context, `/v1/logs/healing?${parameters}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { from, to, lines, more } = HealingLog.parse(answer);
  const { dim } = context.colors;
  if (lines.length === 0) context.out(`nothing was logged about ${query.pipeline} from ${from} to ${to}`);
  for (const { at, text } of lines) context.out(`${dim(at)}  ${saidIn(text).trimEnd()}`);
  if (more) context.out(dim(`there is more: --limit shows up to 1000 lines, --since a shorter time`));
}

/** What a line says to people: `msg` of what our services write, any other line as it is; nothing in it steers a terminal. */
function saidIn(text: string): string {
  let said = text;
  try {
    const { msg } = z.looseObject({ msg: z.string().min(1) }).parse(JSON.parse(text));
    said = msg;
  } catch {
    // Somebody else's line.
  }
  return said.replaceAll(/\p{Cc}/gu, ' ');
}
