import { Command } from 'commander';
import { z } from 'zod';
import { deleteJson, getJson, postJson } from '../api.ts';
import type { Context } from '../context.ts';
import { count, duration } from '../options.ts';
import { counted } from '../rules/counted.ts';
import { bareTable, shorten } from '../table.ts';
import { userName } from '../user-name.ts';

const Test = z.looseObject({
  id: z.string(),
  test: z.string(),
  repository: z.string(),
  owner: z.string(),
  reason: z.string(),
  state: z.string(),
  by: z.string(),
  expiresAt: z.string(),
  greens: z.number(),
  of: z.number(),
});
type Test = z.infer<typeof Test>;

const List = z.looseObject({ items: z.array(Test) });

interface ListOptions {
  repository?: string;
  over?: true;
  json?: true;
}

interface AddOptions {
  repository: string;
  owner: string;
  reason: string;
  expiry?: string;
  greens?: number;
  by?: string;
  json?: true;
}

interface RemoveOptions {
  reason: string;
  by?: string;
  json?: true;
}

/** `prunella quarantine list|add|remove`. */
export function quarantineCommand(context: Context): Command {
  const command = new Command('quarantine').description('flaky tests that test runners skip for a while');
  const by = `who does it; it is recorded (default: ${userName(context)})`;
  command
    .command('list', { isDefault: true })
    .description('the tests in quarantine')
    .option('--repository <repository>', 'only those of owner/name')
    .option('--over', 'those that left, and why')
    .option('--json', "the API's answer as it is")
    .action((options: ListOptions) => list(context, options));
  command
    .command('add')
    .argument('<test>', 'its name as the runner writes it')
    .description('have a test skipped; one that is in already gets another owner, reason and expiry')
    .requiredOption('--repository <repository>', 'owner/name')
    .requiredOption('--owner <owner>', 'who mends it')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--expiry <duration>', 'for how long, e.g. 14d (default: 14d)', checkedDuration)
    .option('--greens <n>', 'so many green runs in a row release it (default: 10)', count)
    .option('--by <name>', by)
    .option('--json', 'for scripts')
    .action((test: string, options: AddOptions) => add(context, test, options));
  command
    .command('remove')
    .argument('<id>', 'id of an entry; prunella quarantine list shows them')
    .description('have a test run again')
    .requiredOption('--reason <text>', 'why; it is recorded')
    .option('--by <name>', by)
    .option('--json', 'for scripts')
    .action((id: string, options: RemoveOptions) => remove(context, id, options));
  return command;
}

async function list(context: Context, { repository, over, json }: ListOptions): Promise<void> {
  const query = new URLSearchParams({ ...(repository && { repository }), ...(over && { state: 'over' }) });
  const answer = await getJson(context, `/v1/quarantine?${query}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items } = List.parse(answer);
  if (items.length === 0) return context.out(over ? 'no test has left quarantine' : 'no test is in quarantine');
  const table = bareTable([
    'id',
    'repository',
    'test',
    'owner',
    over ? 'left' : 'until',
    over ? 'by' : 'greens',
    'reason',
  ]);
  for (const test of items) table.push(row(test, over === true));
  context.out(table.toString());
}

function row({ id, repository, test, owner, state, by, expiresAt, greens, of, reason }: Test, over: boolean): string[] {
  const how = over ? [state, by] : [day(expiresAt), `${greens}/${of}`];
  return [id, repository, shorten(test, 60), owner || '-', ...how, shorten(reason, 60)];
}

async function add(context: Context, test: string, { by, json, ...wish }: AddOptions): Promise<void> {
  const body = { test, ...wish, by: by ?? userName(context) };
  const answer = await postJson(context, '/v1/quarantine', body);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const entry = Test.parse(answer);
  context.out(
    `${entry.state} by ${entry.by}: ${entry.id}, skipped until ${day(entry.expiresAt)} or ${counted(entry.of, 'green run')} in a row`,
  );
}

async function remove(context: Context, id: string, { by, reason, json }: RemoveOptions): Promise<void> {
  const body = { by: by ?? userName(context), reason };
  const answer = await deleteJson(context, `/v1/quarantine/${encodeURIComponent(id)}`, body);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const entry = Test.parse(answer);
  context.out(`removed by ${entry.by}: ${entry.test} of ${entry.repository} is run again`);
}

function day(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** The API reads durations itself; a typing error is better told here. */
function checkedDuration(text: string): string {
  duration(text);
  return text;
}
