import { actionTypes } from '@prunella/contracts';
import { Command, Option } from 'commander';
import type { z } from 'zod';
import { getJson, getMarkdown } from '../api.ts';
import type { Context } from '../context.ts';
import { count, moment } from '../options.ts';
import {
  describeCorrelations,
  describeCosts,
  describeEffectiveness,
  describeReliability,
  describeRootCauses,
  describeSummary,
} from '../report/describe.ts';
import { Correlations, Costs, Effectiveness, Reliability, RootCauses, Summary } from '../report/shapes.ts';

interface ReportOptions {
  json?: true;
  markdown?: true;
  /** The others are parameters of the API. */
  [parameter: string]: string | number | boolean | undefined;
}

/** One report: how the API calls it, and how a person reads it. */
interface Report<S extends z.ZodType> {
  name: string;
  /** Where the API has it. Default: `/v1/reports/<name>`. */
  path?: string;
  /** The API gives no Markdown of it. */
  noMarkdown?: true;
  says: string;
  shape: S;
  describe(report: z.infer<S>, colors: Context['colors']): string[];
  options?: readonly (() => Option)[];
}

const limit = () => new Option('-n, --limit <n>', 'how many').default(20).argParser(count);

function report<S extends z.ZodType>(of: Report<S>): Report<S> {
  return of;
}

/** `prunella report [summary|effectiveness|costs|root-causes|correlation|reliability]`. */
export function reportCommand(context: Context): Command {
  const command = new Command('report').description('what healing helped and cost, and what wants to be fixed');
  const add = <S extends z.ZodType>(of: Report<S>, isDefault = false) => {
    const one = command
      .command(of.name, { isDefault })
      .description(of.says)
      .addOption(new Option('--from <time>', 'a date, a time, or how long ago, e.g. 7d').argParser(moment))
      .addOption(new Option('--to <time>', 'the same, or now').argParser(moment))
      .addOption(new Option('--json', "the API's answer as it is").conflicts('markdown'))
      .action((options: ReportOptions) => show(context, of, options));
    if (!of.noMarkdown) one.option('--markdown', 'as Markdown, for a page or a message');
    for (const option of of.options ?? []) one.addOption(option());
  };
  add(SUMMARY, true);
  add(EFFECTIVENESS);
  add(COSTS);
  add(ROOT_CAUSES);
  add(CORRELATION);
  add(RELIABILITY);
  return command;
}

const SUMMARY = report({
  name: 'summary',
  says: 'all of it in one, each cut to what matters most; of the last 7 days',
  shape: Summary,
  describe: describeSummary,
});
const EFFECTIVENESS = report({
  name: 'effectiveness',
  says: 'what actions helped, and how fast; of the last 30 days',
  shape: Effectiveness,
  describe: describeEffectiveness,
});
const COSTS = report({
  name: 'costs',
  says: 'what healing spent, and what it saved by the figures of the policy; of the last 30 days',
  shape: Costs,
  describe: describeCosts,
  options: [
    () =>
      new Option('--by <key>', 'summed up by').choices(['action', 'repository', 'cause', 'day']).default('repository'),
  ],
});
const ROOT_CAUSES = report({
  name: 'root-causes',
  says: 'what was healed again and again, and what to do about it; of the last 7 days',
  shape: RootCauses,
  describe: describeRootCauses,
  options: [
    limit,
    () => new Option('--at-least <n>', 'so many heals make one').argParser(count),
    () => new Option('--repository <repository>', 'only of owner/name'),
  ],
});
const CORRELATION = report({
  name: 'correlation',
  says: 'which failures came within 5 minutes of an action; of the last 7 days',
  shape: Correlations,
  describe: describeCorrelations,
  options: [limit],
});

const RELIABILITY = report({
  name: 'reliability',
  path: '/v1/confidence/reliability',
  noMarkdown: true,
  says: 'whether actions healed as often as was said when they were decided; of the last 30 days',
  shape: Reliability,
  describe: describeReliability,
  options: [() => new Option('--action <action>', 'only this one').choices(actionTypes)],
});

async function show<S extends z.ZodType>(
  context: Context,
  { name, path: place = `/v1/reports/${name}`, shape, describe }: Report<S>,
  { json, markdown, ...parameters }: ReportOptions,
): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    ),
  );
  const path = `${place}${query.size === 0 ? '' : `?${query}`}`;
  if (markdown) return context.out((await getMarkdown(context, path)).trimEnd());
  const answer = await getJson(context, path);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  for (const line of describe(shape.parse(answer), context.colors)) context.out(line);
}
