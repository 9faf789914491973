import { Command, Option } from 'commander';
import { z } from 'zod';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';
import { count } from '../options.ts';
import { bareTable, shorten } from '../table.ts';

const word = z.string().nullish();

/** The parts of an incident that are shown. */
const Incident = z.looseObject({
  id: z.string(),
  pipelineId: z.string(),
  name: word,
  repository: word,
  cause: word,
  confidence: z.number().nullish(),
  decidedBy: word,
  explanation: word,
  action: word,
  verdict: word,
  reason: word,
  state: z.string(),
  outcome: word,
  outcomeReason: word,
  simulated: z.boolean().default(false),
  openedAt: z.string(),
});
type Incident = z.infer<typeof Incident>;

const Page = z.object({ items: z.array(Incident), nextCursor: z.string().nullish() });

const Detail = Incident.extend({
  evidence: z.array(z.looseObject({ line: z.number(), text: z.string() })).default([]),
  timeline: z
    .array(z.looseObject({ at: z.string(), title: z.string().default(''), says: z.string().default('') }))
    .default([]),
  gaps: z.array(z.string()).default([]),
});
type Detail = z.infer<typeof Detail>;

interface ListOptions {
  limit: number;
  cursor?: string;
  state?: string;
  outcome?: string;
  cause?: string;
  repository?: string;
  json?: true;
}

/** `prunella incidents list|show`. */
export function incidentsCommand(context: Context): Command {
  const command = new Command('incidents').description('what failed, why, and what became of it');
  command
    .command('list', { isDefault: true })
    .description('the newest incidents')
    .addOption(new Option('-n, --limit <n>', 'how many').default(20).argParser(count))
    .option('--cursor <cursor>', 'go on where the last page ended')
    .option('--state <state>', 'only these, e.g. handed_over')
    .option('--outcome <outcome>', 'only these, e.g. healed')
    .option('--cause <cause>', 'only these, e.g. network')
    .option('--repository <repository>', 'only these')
    .option('--json', "the API's answer as it is")
    .action((options: ListOptions) => list(context, options));
  command
    .command('show')
    .argument('<id>', 'id of an incident')
    .description('one incident with its evidence and everything that happened')
    .option('--json', "the API's answer as it is")
    .action((id: string, options: { json?: true }) => show(context, id, options));
  return command;
}

async function list(context: Context, { json, ...filter }: ListOptions): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
  );
  const answer = await getJson(context, `/v1/incidents?${query}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items, nextCursor } = Page.parse(answer);
  if (items.length === 0) return context.out('no incidents');
  const table = bareTable(['opened', 'incident', 'pipeline', 'cause', 'action', 'verdict', 'outcome']);
  for (const incident of items) table.push(row(context, incident));
  context.out(table.toString());
  if (nextCursor) context.out(context.colors.dim(`more: prunella incidents list --cursor ${nextCursor}`));
}

async function show(context: Context, id: string, { json }: { json?: true }): Promise<void> {
  const answer = await getJson(context, `/v1/incidents/${encodeURIComponent(id)}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  for (const line of describe(context, Detail.parse(answer))) context.out(line);
}

function row(context: Context, incident: Incident): string[] {
  return [
    incident.openedAt.slice(0, 19).replace('T', ' '),
    incident.id,
    `${shorten(incident.name || incident.pipelineId, 40)}${incident.simulated ? ' (simulated)' : ''}`,
    incident.cause ?? '-',
    incident.action ?? '-',
    incident.verdict ?? '-',
    paint(context, incident.outcome ?? incident.state),
  ];
}

function describe(context: Context, incident: Detail): string[] {
  const { dim, bold } = context.colors;
  const fact = (name: string, value: string | null | undefined): string[] =>
    value ? [`  ${dim(name.padEnd(12))} ${value}`] : [];
  const confidence = incident.confidence == null ? '' : ` (confidence ${incident.confidence.toFixed(2)})`;
  return [
    `${bold(incident.name || incident.pipelineId)}  ${incident.id}${incident.simulated ? '  (simulated)' : ''}`,
    ...fact('repository', incident.repository),
    ...fact('cause', incident.cause && `${incident.cause}${confidence}, by ${incident.decidedBy ?? 'nobody'}`),
    ...fact('because', incident.explanation),
    ...fact('action', incident.action && `${incident.action}, ${incident.verdict ?? 'not decided yet'}`),
    ...fact('decided', incident.reason),
    ...fact('outcome', paint(context, incident.outcome ?? incident.state)),
    ...fact('proof', incident.outcomeReason),
    ...incident.gaps.flatMap((gap) => fact('not seen', gap)),
    ...section(
      'evidence',
      incident.evidence.map(({ line, text }) => `${String(line).padStart(6)}  ${text}`),
    ),
    ...section(
      'what happened',
      incident.timeline.map(({ at, title, says }) => `  ${at}  ${title}${says && `: ${says}`}`),
    ),
  ];
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function paint({ colors }: Context, state: string): string {
  if (state === 'healed') return colors.green(state);
  if (state === 'harmful' || state === 'ineffective') return colors.red(state);
  return state === 'handed_over' || state === 'awaiting_approval' ? colors.yellow(state) : state;
}
