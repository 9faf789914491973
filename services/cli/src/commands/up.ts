import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { EXIT } from '../exit.ts';
import type { UpOptions } from '../up/plan.ts';
import { runUp } from '../up/supervisor.ts';

/** A Ctrl-C comes twice when npm runs us: from the terminal and, passed on, from npm. This close, it is the same one. */
const SAME_SIGNAL_MS = 1_000;
const PARENT_CHECK_MS = 1_000;

/** `prunella up`. */
export function upCommand(context: Context): Command {
  return new Command('up')
    .description('run everything on this machine: NATS, PostgreSQL, the services and the console')
    .option('--playground', 'run the simulated pipelines (default: when no CI platform is configured)')
    .option('--no-playground', 'do not run the simulated pipelines')
    .option('--no-open', 'do not open the console in a browser')
    .option('--json-logs', 'print the log lines of the services as they are')
    .addOption(new Option('--services-root <folder>', 'where <service>/dist/bundle/main.js are').hideHelp())
    .action(async (options: UpOptions) => {
      const signals = listenForSignals(context);
      try {
        const code = await runUp(context, options, signals);
        context.exitWith(signals.kill.aborted ? EXIT.no : code);
      } finally {
        signals.dispose();
      }
    });
}

function listenForSignals(context: Context): { stop: AbortSignal; kill: AbortSignal; dispose(): void } {
  const stop = new AbortController();
  const kill = new AbortController();
  let first = 0;
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      first = performance.now();
      stop.abort();
    } else if (performance.now() - first > SAME_SIGNAL_MS && !kill.signal.aborted) {
      context.err('Killing everything.');
      kill.abort();
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  // Under npm: should npm be killed, nobody could stop us any more.
  const parent = process.ppid;
  const orphaned = setInterval(() => {
    if (context.env['npm_lifecycle_event'] !== undefined && process.ppid !== parent) stop.abort();
  }, PARENT_CHECK_MS);
  return {
    stop: stop.signal,
    kill: kill.signal,
    dispose() {
      clearInterval(orphaned);
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
