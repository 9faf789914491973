import { Command } from 'commander';
import { z } from 'zod';
import { getJson, postJson } from '../api.ts';
import type { Context } from '../context.ts';
import { bareTable } from '../table.ts';
import { userName } from '../user-name.ts';

const Breaker = z.looseObject({
  id: z.string(),
  action: z.string(),
  platform: z.string(),
  open: z.boolean(),
  openedAt: z.string().nullable(),
  reason: z.string().nullable(),
});
const List = z.looseObject({ items: z.array(Breaker) });
const Closing = z.looseObject({ action: z.string(), platform: z.string() });

interface CloseOptions {
  by?: string;
  reason: string;
  json?: true;
}

/** `prunella breakers list|close`. */
export function breakersCommand(context: Context): Command {
  const command = new Command('breakers').description('actions that rest because they did not help');
  command
    .command('list', { isDefault: true })
    .description('list the breakers, those that are open first')
    .option('--json', 'for scripts')
    .action((options: { json?: true }) => list(context, options));
  command
    .command('close')
    .argument('<id>', 'id of a breaker that is open')
    .description('trust an action again: it may act at once')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--by <name>', `who says so; it is recorded (default: ${context.env['USER'] ?? 'your user name'})`)
    .option('--json', 'for scripts')
    .action((id: string, options: CloseOptions) => close(context, id, options));
  return command;
}

async function list(context: Context, { json }: { json?: true }): Promise<void> {
  const answer = await getJson(context, '/v1/breakers');
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items } = List.parse(answer);
  if (items.length === 0) return context.out('no breakers: of no action it is known yet whether it helps');
  const table = bareTable(['id', 'action', 'platform', 'state', 'since', 'because']);
  for (const { id, action, platform, open, openedAt, reason } of items) {
    const state = open ? context.colors.red('open') : context.colors.green('closed');
    table.push([id, action, platform, state, openedAt?.slice(0, 19).replace('T', ' ') ?? '-', reason ?? '-']);
  }
  context.out(table.toString());
}

async function close(context: Context, id: string, options: CloseOptions): Promise<void> {
  const by = options.by ?? userName(context);
  const said = await postJson(context, `/v1/breakers/${encodeURIComponent(id)}/close`, { by, reason: options.reason });
  if (options.json) return context.out(JSON.stringify(said, null, 2));
  const { action, platform } = Closing.parse(said);
  context.out(`closed by ${by}: ${action} on ${platform}`);
}
