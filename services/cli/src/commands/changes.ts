import { Command } from 'commander';
import { z } from 'zod';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';
import { count } from '../options.ts';
import { bareTable, shorten } from '../table.ts';

const List = z.looseObject({
  items: z.array(
    z.looseObject({
      at: z.string(),
      who: z.string(),
      role: z.string(),
      via: z.string(),
      what: z.string(),
      reason: z.string(),
      status: z.number().nullable(),
    }),
  ),
});

interface ChangesOptions {
  limit: number;
  json?: true;
}

/** `prunella changes`. */
export function changesCommand(context: Context): Command {
  return new Command('changes')
    .description('who changed what through the API, and why, the newest first')
    .option('--limit <n>', 'at most so many, up to 200', count, 50)
    .option('--json', "the API's answer as it is")
    .action((options: ChangesOptions) => changes(context, options));
}

async function changes(context: Context, { limit, json }: ChangesOptions): Promise<void> {
  const answer = await getJson(context, `/v1/changes?limit=${limit}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items } = List.parse(answer);
  if (items.length === 0) return context.out('nobody changed anything through the API');
  const table = bareTable(['at', 'who', 'as', 'what', 'answer', 'because']);
  for (const { at, who, role, via, what, status, reason } of items) {
    const known = via === 'token' || via === 'session' ? role : `${role}, as they say`;
    table.push([
      at.slice(0, 19).replace('T', ' '),
      who || '-',
      known,
      shorten(what, 60),
      status ?? 'none',
      shorten(reason, 60) || '-',
    ]);
  }
  context.out(table.toString());
}
