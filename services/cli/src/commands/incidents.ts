import { causes, outcomes } from '@prunella/contracts';
import { Command, Option } from 'commander';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';
import { COLUMNS, changeLine, describeIncident, row } from '../incidents/describe.ts';
import { follow } from '../incidents/follow.ts';
import { Detail, Incident, Page } from '../incidents/shapes.ts';
import { printHealingLog } from '../logs.ts';
import { count, offers } from '../options.ts';
import { bareTable } from '../table.ts';
import { linesOption, sinceOption } from './logs.ts';

/** As the API calls them. */
const STATES = [
  ...['detected', 'diagnosed', 'scheduled', 'awaiting_approval', 'verifying', 'recommended', 'handed_over', 'closed'],
];

/** What both a page and what is followed can be narrowed by; each is a parameter of the API. */
interface Filter {
  state?: string;
  outcome?: string;
  cause?: string;
  repository?: string;
  pipeline?: string;
  source?: string;
}

interface ListOptions extends Filter {
  limit: number;
  cursor?: string;
  q?: string;
  json?: true;
}

interface FollowOptions extends Filter {
  count?: number;
  json?: true;
}

interface LogsOptions {
  since: string;
  limit: number;
  json?: true;
}

/** `prunella incidents list|show|follow|logs`. */
export function incidentsCommand(context: Context): Command {
  const command = new Command('incidents').description('what failed, why, and what became of it');
  narrowed(command.command('list', { isDefault: true }))
    .description('the newest incidents')
    .option('-q, --q <text>', 'text somewhere in id, pipeline, repository, branch, commit or explanation')
    .addOption(new Option('-n, --limit <n>', 'how many, up to 200').default(20).argParser(count))
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option('--json', "the API's answer as it is")
    .action((options: ListOptions) => list(context, options));
  command
    .command('show')
    .argument('<incident>', 'id of an incident')
    .description('one incident with its evidence, what the policy checked, and everything that happened')
    .option('--json', "the API's answer as it is")
    .action((id: string, options: { json?: true }) => show(context, id, options));
  narrowed(command.command('follow'), true)
    .description(
      'each change of an incident as it happens; what is missed while the connection is away comes afterwards',
    )
    .addOption(new Option('--count <n>', 'end after so many (default: when you stop it)').argParser(count))
    .option('--json', 'an incident a line, as the API tells it')
    .action((options: FollowOptions) => followAll(context, options));
  command
    .command('logs')
    .argument('<incident>', 'id of an incident')
    .description('what was logged about the healing of its pipeline, from Loki (LOKI_URL of the auditor)')
    .addOption(sinceOption())
    .addOption(linesOption())
    .option('--json', "the API's answer as it is")
    .action((id: string, options: LogsOptions) => logs(context, id, options));
  return command;
}

/** @param strict nobody else looks whether the values are right. */
function narrowed(command: Command, strict = false): Command {
  const one = (flags: string, values: readonly string[]) => {
    const option = new Option(flags, 'only these');
    return strict ? option.choices(values) : offers(option, values);
  };
  return command
    .addOption(one('--state <state>', STATES))
    .addOption(one('--outcome <outcome>', outcomes))
    .addOption(one('--cause <cause>', causes))
    .option('--repository <repository>', 'only these, owner/name')
    .option('--pipeline <id>', 'only those of this pipeline, by its id')
    .option('--source <platform>', 'only those of this platform, e.g. github');
}

async function list(context: Context, { json, ...filter }: ListOptions): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const answer = await getJson(context, `/v1/incidents?${query}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items, nextCursor } = Page.parse(answer);
  if (items.length === 0) return context.out('no incidents');
  const table = bareTable(COLUMNS);
  for (const incident of items) table.push(row(context, incident));
  context.out(table.toString());
  if (nextCursor) context.out(context.colors.dim(`more: prunella incidents list --cursor ${nextCursor}`));
}

async function show(context: Context, id: string, { json }: { json?: true }): Promise<void> {
  const answer = await getJson(context, pathOf(id));
  if (json) return context.out(JSON.stringify(answer, null, 2));
  for (const line of describeIncident(context, Detail.parse(answer))) context.out(line);
}

async function followAll(context: Context, { count: most, json, ...filter }: FollowOptions): Promise<void> {
  let shown = 0;
  for await (const { raw, incident } of follow(context)) {
    if (!fits(incident, filter)) continue;
    context.out(json ? JSON.stringify(raw) : changeLine(context, incident));
    shown += 1;
    if (shown === most) return;
  }
}

function fits(incident: Incident, { pipeline, ...others }: Filter): boolean {
  if (pipeline !== undefined && incident.pipelineId !== pipeline) return false;
  return Object.entries(others).every(([name, value]) => incident[name] === value);
}

async function logs(context: Context, id: string, { since, limit, json }: LogsOptions): Promise<void> {
  const { pipelineId: pipeline } = Incident.parse(await getJson(context, pathOf(id)));
  await printHealingLog(context, { pipeline, from: since, limit }, json === true);
}

function pathOf(id: string): string {
  return `/v1/incidents/${encodeURIComponent(id)}`;
}
