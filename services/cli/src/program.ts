import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { withSecretFiles } from '@prunella/core';
import { Command, CommanderError } from 'commander';
import { COMMANDS, type MakeCommand } from './command-list.ts';
import type { Context } from './context.ts';
import { EXAMPLES } from './examples.ts';
import { EXIT, endingOf } from './exit.ts';

const { version: VERSION } = JSON.parse(readFileSync(findPackageJSON(import.meta.url) ?? '', 'utf8')) as {
  version: string;
};

/** The program with these commands, or with all of them. */
export async function programOf(
  context: Context,
  loads: readonly (() => Promise<MakeCommand>)[] = Object.values(COMMANDS),
): Promise<Command> {
  const program = new Command('prunella')
    .description('heals CI/CD: finds out why a pipeline failed, heals what is safe to heal, proves it and learns')
    .version(VERSION)
    .showHelpAfterError('(--help says more)');
  for (const load of loads) program.addCommand((await load())(context));
  configure(program, context);
  return program;
}

/** Runs one command line, without `node` and the program's name. Sets the exit code. */
export async function run(args: readonly string[], context: Context): Promise<void> {
  if (args[0] === 'complete') return await (await import('./completion/complete.ts')).complete(context, args.slice(1));
  try {
    const env = withSecretFiles(context.env, (path) => readFileSync(path, 'utf8'));
    const program = await programOf({ ...context, env }, commandsFor(args));
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      context.exitWith(error.exitCode === 0 ? EXIT.done : EXIT.usage);
      return;
    }
    const { code, says } = endingOf(error);
    context.err(`prunella: ${says}`);
    context.exitWith(code);
  }
}

function commandsFor([name = '']: readonly string[]): readonly (() => Promise<MakeCommand>)[] {
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return asked === undefined ? Object.values(COMMANDS) : [asked];
}

/** Errors come back as exceptions, and help ends with examples, at every depth. */
function configure(command: Command, context: Context, path: readonly string[] = []): void {
  const examples = EXAMPLES[path.join(' ')] ?? [];
  if (examples.length > 0) {
    const title = examples.length === 1 ? 'Example:' : 'Examples:';
    command.addHelpText('after', ['', title, ...examples.map((line) => `  prunella ${line}`)].join('\n'));
  }
  command.exitOverride().configureOutput({
    writeOut: (text) => context.out(text.trimEnd()),
    writeErr: (text) => context.err(text.trimEnd()),
  });
  for (const child of command.commands) configure(child, context, [...path, child.name()]);
}
