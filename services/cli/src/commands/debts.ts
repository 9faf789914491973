import { Command, Option } from 'commander';
import { z } from 'zod';
import { getJson, postJson } from '../api.ts';
import type { Context } from '../context.ts';
import { count, offers } from '../options.ts';
import { bareTable, shorten } from '../table.ts';
import { userName } from '../user-name.ts';

/** The parts of a debt that are shown. */
const Debt = z.looseObject({
  id: z.string(),
  what: z.string(),
  state: z.string(),
  rootCause: z.boolean(),
  owner: z.string().nullable(),
  dueAt: z.string(),
  count: z.number(),
  recent: z.number(),
  trend: z.string(),
  minutes: z.number(),
  money: z.array(z.object({ currency: z.string(), amount: z.number() })),
});
type Debt = z.infer<typeof Debt>;

const Page = z.object({ items: z.array(Debt), nextCursor: z.string().nullish() });

const WIDEST = 70;

interface ListOptions {
  limit: number;
  cursor?: string;
  state?: string;
  kind?: string;
  repository?: string;
  json?: true;
}

interface ChangeOptions {
  by?: string;
  reason: string;
  json?: true;
}

const DEBT = 'id of a debt; prunella debts list shows them';

/** `prunella debts list|claim|resolve`. */
export function debtsCommand(context: Context): Command {
  const command = new Command('debts').description('what was made to work without being repaired, and what it costs');
  command
    .command('list', { isDefault: true })
    .description('the last seen first; root causes are what is healed again and again')
    .addOption(new Option('-n, --limit <n>', 'how many').default(20).argParser(count))
    .option('--cursor <cursor>', 'go on where the last page ended')
    .addOption(offers(new Option('--state <state>', 'only these'), ['open', 'overdue', 'resolved']))
    .option('--kind <kind>', 'only these, e.g. retry_pass')
    .option('--repository <repository>', 'only these')
    .option('--json', "the API's answer as it is")
    .action((options: ListOptions) => list(context, options));
  changing(
    context,
    command
      .command('claim')
      .argument('<debt>', DEBT)
      .argument('<owner>', 'who repairs it')
      .description('say who repairs it'),
  ).action((id: string, owner: string, options: ChangeOptions) => change(context, id, { owner }, options));
  changing(
    context,
    command
      .command('resolve')
      .argument('<debt>', DEBT)
      .description('say that it is repaired; seen again, it is open again'),
  ).action((id: string, options: ChangeOptions) => change(context, id, { resolved: true }, options));
  return command;
}

function changing(context: Context, command: Command): Command {
  return command
    .option('--reason <text>', 'why; it is recorded', '')
    .option('--by <name>', `who says so; it is recorded (default: ${context.env['USER'] ?? 'your user name'})`)
    .option('--json', "the API's answer as it is");
}

async function list(context: Context, { json, ...filter }: ListOptions): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const answer = await getJson(context, `/v1/debts?${query}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items, nextCursor } = Page.parse(answer);
  if (items.length === 0) return context.out('no debts');
  const table = bareTable(['debt', 'times', 'last 7 days', 'cost', 'due', 'owner', 'what']);
  for (const debt of items) table.push(row(context, debt));
  context.out(table.toString());
  if (nextCursor) context.out(context.colors.dim(`more: prunella debts list --cursor ${nextCursor}`));
}

async function change(
  context: Context,
  id: string,
  said: { owner: string } | { resolved: true },
  { by, reason, json }: ChangeOptions,
): Promise<void> {
  const body = { ...said, by: by ?? userName(context), reason };
  const answer = await postJson(context, `/v1/debts/${encodeURIComponent(id)}`, body);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const debt = Debt.parse(answer);
  context.out(`${debt.id}: ${debt.state}, ${debt.owner === null ? "nobody's" : `of ${debt.owner}`}: ${debt.what}`);
}

function row({ colors }: Context, debt: Debt): string[] {
  const due = debt.state === 'resolved' ? 'resolved' : debt.dueAt.slice(0, 10);
  return [
    debt.id,
    String(debt.count),
    `${debt.recent} ${debt.trend}`,
    costOf(debt),
    debt.state === 'overdue' ? colors.red(due) : due,
    debt.owner ?? '-',
    `${debt.rootCause ? colors.yellow('root cause: ') : ''}${shorten(debt.what, WIDEST)}`,
  ];
}

function costOf({ minutes, money }: Debt): string {
  const paid = money
    .filter(({ amount }) => amount > 0)
    .map(({ currency, amount }) => `${amount.toFixed(2)} ${currency}`);
  return [`${Math.round(minutes)} min`, ...paid].join(', ');
}
