import { Argument, Command } from 'commander';
import { SCRIPTS, SHELLS, type Shell } from '../completion/scripts.ts';
import type { Context } from '../context.ts';

/** `prunella completion bash|zsh|fish`. */
export function completionCommand(context: Context): Command {
  return new Command('completion')
    .description('print a script that completes commands, options and their values in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => context.out(SCRIPTS[shell].trimEnd()));
}
