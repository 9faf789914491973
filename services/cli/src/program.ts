import { Command, CommanderError } from 'commander';
import { coverageCommand } from './commands/coverage.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { doctorCommand } from './commands/doctor.ts';
import { incidentsCommand } from './commands/incidents.ts';
import { rulesCommand } from './commands/rules.ts';
import { sendCommand } from './commands/send.ts';
import { trainCommand } from './commands/train.ts';
import { upCommand } from './commands/up.ts';
import type { Context } from './context.ts';
import { EXIT, endingOf } from './exit.ts';

/** Every command, one file each; `--help` lists them in this order. */
const COMMANDS = [
  upCommand,
  diagnoseCommand,
  rulesCommand,
  incidentsCommand,
  coverageCommand,
  trainCommand,
  sendCommand,
  doctorCommand,
];

/** Runs one command line, without `node` and the program's name. Sets the exit code. */
export async function run(args: readonly string[], context: Context): Promise<void> {
  const program = new Command('prunella')
    .description('heals CI/CD: finds out why a pipeline failed, heals what is safe to heal, proves it and learns')
    .showHelpAfterError('(--help says more)');
  for (const command of COMMANDS) program.addCommand(command(context));
  configure(program, context);
  try {
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

/** Errors come back as exceptions, at every depth. */
function configure(command: Command, context: Context): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => context.out(text.trimEnd()),
    writeErr: (text) => context.err(text.trimEnd()),
  });
  for (const child of command.commands) configure(child, context);
}
