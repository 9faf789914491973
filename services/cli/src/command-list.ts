import type { Command } from 'commander';
import type { Context } from './context.ts';

export type MakeCommand = (context: Context) => Command;

/** Every command, one file each; `--help` lists them in this order. Only the one that is asked for is loaded. */
export const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  up: async () => (await import('./commands/up.ts')).upCommand,
  diagnose: async () => (await import('./commands/diagnose.ts')).diagnoseCommand,
  rules: async () => (await import('./commands/rules.ts')).rulesCommand,
  policy: async () => (await import('./commands/policy.ts')).policyCommand,
  backtest: async () => (await import('./commands/backtest.ts')).backtestCommand,
  approve: async () => (await import('./commands/answer.ts')).approveCommand,
  reject: async () => (await import('./commands/answer.ts')).rejectCommand,
  breakers: async () => (await import('./commands/breakers.ts')).breakersCommand,
  incidents: async () => (await import('./commands/incidents.ts')).incidentsCommand,
  logs: async () => (await import('./commands/logs.ts')).logsCommand,
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
  nats: async () => (await import('./commands/nats.ts')).natsCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  completion: async () => (await import('./commands/completion.ts')).completionCommand,
};
