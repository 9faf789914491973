import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { withSecretFiles } from '@prunella/core';
import { Command, CommanderError } from 'commander';
import type { Context } from './context.ts';
import { EXIT, endingOf } from './exit.ts';

const { version: VERSION } = createRequire(import.meta.url)('../package.json') as { version: string };

/** Every command, one file each; `--help` lists them in this order. Only the one that is asked for is loaded. */
const COMMANDS: Readonly<Record<string, () => Promise<(context: Context) => Command>>> = {
  up: async () => (await import('./commands/up.ts')).upCommand,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnoseCommand,
  rules: async () => (await import('./commands/rules.ts')).rulesCommand,
  policy: async () => (await import('./commands/policy.ts')).policyCommand,
  backtest: async () => (await import('./commands/backtest.ts')).backtestCommand,
  approve: async () => (await import('./commands/answer.ts')).approveCommand,
  reject: async () => (await import('./commands/answer.ts')).rejectCommand,
  breakers: async () => (await import('./commands/breakers.ts')).breakersCommand,
  incidents: async () => (await import('./commands/incidents.ts')).incidentsCommand,
  debts: async () => (await import('./commands/debts.ts')).debtsCommand,
  quarantine: async () => (await import('./commands/quarantine.ts')).quarantineCommand,
  preflight: async () => (await import('./commands/preflight.ts')).preflightCommand,
  tests: async () => (await import('./commands/tests.ts')).testsCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  coverage: async () => (await import('./commands/coverage.ts')).coverageCommand,
  tokens: async () => (await import('./commands/tokens.ts')).tokensCommand,
  changes: async () => (await import('./commands/changes.ts')).changesCommand,
  train: async () => (await import('./commands/train.ts')).trainCommand,
  send: async () => (await import('./commands/send.ts')).sendCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
};

/** Runs one command line, without `node` and the program's name. Sets the exit code. */
export async function run(args: readonly string[], context: Context): Promise<void> {
  const program = new Command('prunella')
    .description('heals CI/CD: finds out why a pipeline failed, heals what is safe to heal, proves it and learns')
    .version(VERSION)
    .showHelpAfterError('(--help says more)');
  try {
    const env = withSecretFiles(context.env, (path) => readFileSync(path, 'utf8'));
    for (const load of commandsFor(args)) program.addCommand((await load())({ ...context, env }));
    configure(program, context);
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

function commandsFor([name = '']: readonly string[]): readonly (() => Promise<(context: Context) => Command>)[] {
  const asked = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  return asked === undefined ? Object.values(COMMANDS) : [asked];
}

/** Errors come back as exceptions, at every depth. */
function configure(command: Command, context: Context): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => context.out(text.trimEnd()),
    writeErr: (text) => context.err(text.trimEnd()),
  });
  for (const child of command.commands) configure(child, context);
}
