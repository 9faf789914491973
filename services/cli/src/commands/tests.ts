import { testStates } from '@prunella/test-history';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';
import { count } from '../options.ts';
import { counted } from '../rules/counted.ts';
import { bareTable, shorten } from '../table.ts';

const Test = z.looseObject({
  id: z.string(),
  name: z.string(),
  classname: z.string(),
  repository: z.string(),
  job: z.string(),
  state: z.string(),
  lastSeen: z.string(),
  lastFailedAt: z.string().nullable(),
  runs: z.number().nullable(),
  failures: z.number(),
  proofs: z.number(),
  rate: z.looseObject({ mean: z.number(), low: z.number(), high: z.number() }).nullable(),
  failingSince: z
    .looseObject({ at: z.string(), runs: z.number(), firstFailingCommit: z.string(), lastPassingCommit: z.string() })
    .nullable(),
});
type Test = z.infer<typeof Test>;

const List = z.looseObject({ items: z.array(Test), nextCursor: z.string().nullable() });
const Page = Test.extend({
  history: z.array(
    z.looseObject({
      ...{ at: z.string(), run: z.string(), attempt: z.number(), sha: z.string(), branch: z.string() },
      ...{ result: z.string(), durationMs: z.number(), message: z.string() },
    }),
  ),
});
const Report = z.looseObject({
  ...{ tests: z.number(), failing: z.number(), flaky: z.number(), suspect: z.number(), items: z.array(Test) },
});

interface ListOptions {
  repository?: string;
  state?: string;
  limit: number;
  json?: true;
}

/** `prunella tests list|show|flaky`. */
export function testsCommand(context: Context): Command {
  const command = new Command('tests').description(
    'what test reports say of tests: which are flaky, and since when others fail',
  );
  const limit = () => new Option('-n, --limit <n>', 'how many').default(50).argParser(count);
  command
    .command('list', { isDefault: true })
    .description('tests, those first that failed last')
    .option('--repository <repository>', 'only those of owner/name')
    .addOption(new Option('--state <state>', 'only those in this state').choices(testStates))
    .addOption(limit())
    .option('--json', "the API's answer as it is")
    .action((options: ListOptions) => list(context, options));
  command
    .command('show')
    .argument('<id>', 'id of a test; prunella tests list shows them')
    .description('how a test went')
    .option('--json', "the API's answer as it is")
    .action((id: string, options: { json?: true }) => show(context, id, options));
  command
    .command('flaky')
    .description('how many tests are not to be trusted, and which of them are flaky')
    .option('--repository <repository>', 'only those of owner/name')
    .addOption(limit())
    .option('--json', "the API's answer as it is")
    .action((options: ListOptions) => flaky(context, options));
  return command;
}

async function list(context: Context, { repository, state, limit, json }: ListOptions): Promise<void> {
  const query = new URLSearchParams({
    limit: String(Math.min(limit, 200)),
    ...(repository && { repository }),
    ...(state && { state }),
  });
  const answer = await getJson(context, `/v1/tests?${query}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const { items, nextCursor } = List.parse(answer);
  if (items.length === 0) return context.out('no test is known that fits; prunella send junit sends reports');
  context.out(tableOf(items));
  if (nextCursor !== null) context.out(context.colors.dim('and more (--limit, --state and --repository choose)'));
}

async function flaky(context: Context, { repository, limit, json }: ListOptions): Promise<void> {
  const query = new URLSearchParams({ limit: String(Math.min(limit, 500)), ...(repository && { repository }) });
  const answer = await getJson(context, `/v1/reports/flaky?${query}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const report = Report.parse(answer);
  context.out(
    `${counted(report.tests, 'test')}: ${report.failing} failing, ${report.flaky} flaky, ${report.suspect} suspect`,
  );
  if (report.items.length > 0) context.out(tableOf(report.items));
}

async function show(context: Context, id: string, { json }: { json?: true }): Promise<void> {
  const answer = await getJson(context, `/v1/tests/${encodeURIComponent(id)}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  const test = Page.parse(answer);
  context.out(`${context.colors.bold(test.name)}  ${test.classname}  ${test.repository}  ${test.job}`);
  context.out(saysOf(test));
  const table = bareTable(['at', 'result', 'run', 'commit', 'branch', 'ms', 'message']);
  for (const { at, result, run, attempt, sha, branch, durationMs, message } of test.history) {
    table.push([
      day(at),
      result,
      `${run}.${attempt}`,
      sha.slice(0, 10),
      branch,
      durationMs,
      shorten(message.split('\n')[0] ?? '', 60),
    ]);
  }
  context.out(table.toString());
}

function tableOf(tests: readonly Test[]): string {
  const table = bareTable(['id', 'state', 'test', 'repository', 'job', 'fails', 'proofs', 'last failure']);
  for (const { id, state, name, classname, repository, job, rate, proofs, lastFailedAt } of tests) {
    const fails = rate === null ? '-' : `${percent(rate.mean)} (${percent(rate.low)}-${percent(rate.high)})`;
    const test = shorten(name.includes(classname) ? name : `${classname} ${name}`, 70);
    table.push([id, state, test, repository, job, fails, proofs, lastFailedAt === null ? '-' : day(lastFailedAt)]);
  }
  return table.toString();
}

function saysOf({ state, runs, failures, proofs, failingSince }: Test): string {
  const counts =
    runs === null
      ? 'it never failed'
      : `${failures} of ${counted(runs, 'run')} failed, at ${counted(proofs, 'commit')} it also passed`;
  if (failingSince === null) return `${state}: ${counts}`;
  const { at, firstFailingCommit, lastPassingCommit } = failingSince;
  const since = `failing since ${day(at)}, first at ${firstFailingCommit || 'an unknown commit'}, passed last at ${lastPassingCommit || 'an unknown one'}`;
  return `${state}: ${counts}; ${since}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function day(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
