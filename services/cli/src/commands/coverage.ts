import { iso, systemClock } from '@prunella/core';
import { Command, Option } from 'commander';
import { getJson } from '../api.ts';
import type { Context } from '../context.ts';
import { type Cluster, Coverage } from '../coverage.ts';
import { count, duration } from '../options.ts';
import { shorten } from '../table.ts';

interface CoverageOptions {
  /** In milliseconds. */
  since: number;
  limit: number;
  json?: true;
}

/** So much of a failure is shown. */
const MOST_LINES = 3;
const WIDEST = 140;

/** `prunella coverage`: what share of the failures got a cause, and which of those without one are the same. */
export function coverageCommand(context: Context): Command {
  return new Command('coverage')
    .description('how many failures got a cause, and the most frequent ones of those that did not')
    .addOption(
      new Option('--since <duration>', 'how far back, e.g. 24h').default(7 * 86_400_000, '7d').argParser(duration),
    )
    .addOption(new Option('-n, --limit <n>', 'how many unknown ones').default(10).argParser(count))
    .option('--json', "the API's answer as it is")
    .action((options: CoverageOptions) => coverage(context, options));
}

async function coverage(context: Context, { since, limit, json }: CoverageOptions): Promise<void> {
  const from = iso(Math.max(0, systemClock.now() - since));
  const query = new URLSearchParams({ since: from, limit: String(limit) });
  const answer = await getJson(context, `/v1/coverage?${query}`);
  if (json) return context.out(JSON.stringify(answer, null, 2));
  for (const line of describe(context, Coverage.parse(answer))) context.out(line);
}

function describe(context: Context, found: Coverage): string[] {
  const { bold, dim } = context.colors;
  const { total, classified, unknown, share, clusters, since } = found;
  if (share === null) return [`no failures since ${day(since)}`];
  const percent = bold(`${Math.floor(share * 1_000) / 10} %`);
  const head = `${percent} of the failures since ${day(since)} got a cause: ${classified} of ${total}, ${unknown} unknown`;
  if (clusters.length === 0) return [head];
  const shown = clusters.reduce((sum, cluster) => sum + cluster.count, 0);
  const rest = unknown > shown ? ['', dim(`and ${unknown - shown} more unknown ones (--limit shows more)`)] : [];
  const hint = `prunella rules draft ${clusters[0]?.id ?? ''} writes a rule from the first ones`;
  return [head, ...clusters.flatMap((cluster) => describeCluster(context, cluster)), ...rest, '', dim(hint)];
}

function describeCluster({ colors }: Context, cluster: Cluster): string[] {
  const { id, count: times, firstSeen, lastSeen, repositories, pipelines, evidence, exampleIncidentId } = cluster;
  const where = (repositories.length > 0 ? repositories : pipelines).join(', ');
  const when = day(firstSeen) === day(lastSeen) ? day(lastSeen) : `${day(firstSeen)} to ${day(lastSeen)}`;
  const lines = evidence.slice(0, MOST_LINES).map(({ text }) => `  ${shorten(text.trim(), WIDEST)}`);
  return [
    '',
    `${colors.bold(`${times} x`)} ${id}  ${shorten(where, WIDEST)}  ${when}`,
    ...(lines.length > 0 ? lines : [colors.dim('  without evidence')]),
    colors.dim(`  e.g. ${exampleIncidentId}`),
  ];
}

function day(time: string): string {
  return time.slice(0, 10);
}
