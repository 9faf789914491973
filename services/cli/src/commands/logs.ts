import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { printHealingLog } from '../logs.ts';
import { count, moment } from '../options.ts';

interface HealingOptions {
  pipeline: string;
  since: string;
  to?: string;
  limit: number;
  json?: true;
}

/** `prunella logs healing`. */
export function logsCommand(context: Context): Command {
  const command = new Command('logs').description('what was logged, from Loki (LOKI_URL of the auditor)');
  command
    .command('healing', { isDefault: true })
    .description('what was logged about the healing of a pipeline, in the order of time')
    .requiredOption('--pipeline <id>', 'its id, as Prunella knows it')
    .addOption(sinceOption())
    .addOption(new Option('--to <time>', 'until then (default: now)').argParser(moment))
    .addOption(linesOption())
    .option('--json', "the API's answer as it is")
    .action(({ pipeline, since, to, limit, json }: HealingOptions) =>
      printHealingLog(context, { pipeline, from: since, ...(to !== undefined && { to }), limit }, json === true),
    );
  return command;
}

/** From when; a day ago where nobody says. */
export function sinceOption(): Option {
  return new Option('--since <time>', 'a date, a time, or how long ago, e.g. 6h')
    .default(moment('1d'), '1d')
    .argParser(moment);
}

export function linesOption(): Option {
  return new Option('-n, --limit <n>', 'at most so many lines, the first, up to 1000').default(200).argParser(count);
}
