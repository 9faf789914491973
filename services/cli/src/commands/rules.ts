import { causes } from '@prunella/contracts';
import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { draft } from '../rules/draft.ts';
import { lint } from '../rules/lint.ts';
import { list } from '../rules/list.ts';
import { test } from '../rules/test.ts';

/** `prunella rules lint|test|list`, which need no server, and `prunella rules draft`. */
export function rulesCommand(context: Context): Command {
  const command = new Command('rules').description('the rules: the built-in ones and your own');
  const packs = ['[pack...]', 'files or folders with rules, or names of built-in packs; none: all in use'] as const;
  command
    .command('lint')
    .argument(...packs)
    .description('say what is wrong with rules, with file and line')
    .option('--json', 'for scripts')
    .action((asked: string[], options: { json?: true }) => lint(context, asked, options));
  command
    .command('test')
    .argument(...packs)
    .description('show the examples of rules to all rules')
    .option('-v, --verbose', 'print the examples that pass, too')
    .option('--json', 'every example and what became of it, for scripts')
    .action((asked: string[], options: { verbose?: true; json?: true }) => test(context, asked, options));
  command
    .command('list')
    .description('the rules in use')
    .addOption(new Option('--cause <cause>', 'only these').choices(causes))
    .option('--json', 'for scripts')
    .action((options) => list(context, options));
  command
    .command('draft')
    .argument('<cluster>', 'id of a cluster of unknown failures, see prunella coverage')
    .description('write a rule from failures whose cause is unknown, and try it on the stored green logs')
    .addOption(
      new Option('--cause <cause>', 'their cause; none: what was considered most').choices(
        causes.filter((cause) => cause !== 'unknown'),
      ),
    )
    .option('--out <file>', 'write the rule to a new file instead of printing it')
    .action((id: string, options) => draft(context, id, options));
  return command;
}
