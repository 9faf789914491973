import { createWriteStream, type WriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import {
  type BacktestReport,
  backtest,
  type CaseReport,
  type NamedPolicy,
  type PastEvent,
  reachOf,
} from '@prunella/backtest';
import type { PipelineFailed } from '@prunella/contracts';
import { ConfigError, iso, messageOf, parseDuration, systemClock } from '@prunella/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { describe } from '../backtest/describe.ts';
import { diagnoseFailure } from '../backtest/diagnose-failure.ts';
import { fromAuditor } from '../backtest/from-auditor.ts';
import { fromFiles, type Share } from '../backtest/from-files.ts';
import type { Context } from '../context.ts';
import { usualBrain } from '../diagnose/brain.ts';
import { EXIT, UsageError } from '../exit.ts';
import { count, duration } from '../options.ts';
import { readPolicy } from '../policy/file.ts';
import { progressBar } from '../progress.ts';

const DAY_MS = parseDuration('1d') ?? 0;
const USUAL_RANGE_MS = 30 * DAY_MS;

interface BacktestOptions {
  policy?: string;
  against?: string;
  /** In ms since the epoch. */
  from?: number;
  to?: number;
  judgeWithin: number;
  cases: number;
  casesTo?: string;
  save?: string;
  failOnFalseHeals?: number;
  failOnLoops?: number;
  json?: true;
}

/** `prunella backtest`: what a policy would have done about the failures of the past. */
export function backtestCommand(context: Context): Command {
  return new Command('backtest')
    .description('play past failures with a policy: what it would have healed, in vain or not, and for how much')
    .argument(
      '[files...]',
      'events as NDJSON, one CloudEvent a line, in the order of time (default: those of the auditor)',
    )
    .option('--policy <file>', 'the policy to try (default: PRUNELLA_CONFIG, else ./prunella.yaml)')
    .option('--against <file>', 'another policy to compare it with')
    .addOption(
      new Option(
        '--from <time>',
        'failures since then, e.g. 2026-11-01 (default: 30 days before --to; of files: all)',
      ).argParser(time),
    )
    .addOption(new Option('--to <time>', 'failures before then (default: now; of files: all)').argParser(time))
    .addOption(
      new Option('--judge-within <duration>', 'for so long after a failure a rerun says something about it')
        .default(DAY_MS, '1d')
        .argParser(duration),
    )
    .addOption(new Option('--cases <n>', 'how many cases a list of --json has, at most').default(200).argParser(count))
    .option('--cases-to <file>', 'write every case with its reasons, one JSON object a line')
    .option('--save <file>', 'write the events that were read, to play them again')
    .addOption(new Option('--fail-on-false-heals <n>', 'exit code 1 where it has more than n').argParser(number))
    .addOption(new Option('--fail-on-loops <n>', 'exit code 1 where it has more than n').argParser(number))
    .option('--json', 'the report for programs; docs/guide/backtest.md says what its keys mean')
    .action((files: string[], options: BacktestOptions) => run(context, files, options));
}

async function run(context: Context, files: readonly string[], options: BacktestOptions): Promise<void> {
  const policy = await named(context, options.policy);
  const against = options.against === undefined ? undefined : await named(context, options.against);
  const range = rangeOf(files, options);
  const share: Share = { value: 0 };
  const [casesTo, save] = await Promise.all([linesTo(context, options.casesTo), linesTo(context, options.save)]);
  const events = eventsOf(context, files, { ...range, options, policies: [policy, against], share, save });
  const bar = progressBar(context, systemClock, options.json);
  // To read rules and model takes longer than many a backtest, and most have no use for them.
  let brain: ReturnType<typeof usualBrain> | undefined;
  const diagnose = async (failed: PipelineFailed, at: number) => {
    brain ??= usualBrain(context);
    return diagnoseFailure(await brain, failed, at);
  };
  const report = await backtest(events, {
    policy,
    ...(against !== undefined && { against }),
    ...range,
    ...{ judgeWithinMs: options.judgeWithin, cases: options.cases },
    ...(files.length > 0 && { diagnose }),
    ...(casesTo !== undefined && { onCase: (one: CaseReport) => casesTo.write(one) }),
    onProgress: async (played, at) => {
      bar.show(share.value, `${played} events played, until ${iso(at).slice(0, 16)}`);
      await Promise.all([casesTo?.drained(), save?.drained()]);
    },
  });
  await Promise.all([casesTo?.end(), save?.end()]);
  bar.clear();
  if (options.json) context.out(JSON.stringify(report, null, 2));
  else for (const line of describe(context, report)) context.out(line);
  fail(context, report, options);
}

function fail(context: Context, { policy: { totals } }: BacktestReport, options: BacktestOptions): void {
  const { failOnFalseHeals, failOnLoops } = options;
  const falseHeals = totals.results['false-heal'];
  const tooMuch = [
    ...(failOnFalseHeals !== undefined && falseHeals > failOnFalseHeals
      ? [`${falseHeals} false heals, expected at most ${failOnFalseHeals}`]
      : []),
    ...(failOnLoops !== undefined && totals.loops > failOnLoops
      ? [`${totals.loops} loops, expected at most ${failOnLoops}`]
      : []),
  ];
  for (const line of tooMuch) context.err(`prunella: ${line}`);
  if (tooMuch.length > 0) context.exitWith(EXIT.no);
}

interface Reading {
  from?: number;
  to?: number;
  options: BacktestOptions;
  policies: readonly (NamedPolicy | undefined)[];
  share: Share;
  save: Lines | undefined;
}

async function* eventsOf(
  context: Context,
  files: readonly string[],
  { from, to, options, policies, share, save }: Reading,
): AsyncGenerator<PastEvent> {
  if (files.length > 0) {
    if (save !== undefined) throw new UsageError('expected --save without files: they are saved already');
    return yield* fromFiles(context, files, share);
  }
  const until = to ?? systemClock.now();
  // What was spent before it counts, and what became of the last ones comes after it.
  const warmUp = Math.max(...policies.map((one) => (one === undefined ? 0 : reachOf(one.policy))));
  const range = { from: Math.max(0, (from ?? until) - warmUp), to: until + options.judgeWithin };
  yield* fromAuditor(context, range, share, (item) => save?.write(item));
}

function rangeOf(files: readonly string[], { from, to }: BacktestOptions): { from?: number; to?: number } {
  if (from !== undefined && to !== undefined && from >= to) {
    throw new UsageError(`--from: expected a time before ${iso(to)}, found ${iso(from)}`);
  }
  if (files.length > 0) return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  const until = to ?? systemClock.now();
  return { from: from ?? until - USUAL_RANGE_MS, to: until };
}

async function named(context: Context, asked: string | undefined): Promise<NamedPolicy> {
  const { policy, file } = await readPolicy(context, asked);
  return { name: file ?? 'built-in', policy };
}

/** A file that gets a JSON object a line. */
interface Lines {
  write(item: unknown): void;
  /** Resolves when not too much waits to be written. */
  drained(): Promise<void>;
  end(): Promise<void>;
}

async function linesTo({ cwd }: Context, file: string | undefined): Promise<Lines | undefined> {
  if (file === undefined) return undefined;
  const stream: WriteStream = createWriteStream(resolve(cwd, file));
  let broken: unknown;
  stream.on('error', (error) => {
    broken = error;
  });
  const check = () => {
    if (broken !== undefined) throw new ConfigError(`expected a place to write ${file}, found ${messageOf(broken)}`);
  };
  return {
    write: (item) => void stream.write(`${JSON.stringify(item)}\n`),
    async drained() {
      check();
      if (stream.writableNeedDrain)
        await new Promise<void>((resume) => stream.once('drain', () => resume()).once('error', () => resume()));
    },
    async end() {
      check();
      stream.end();
      await finished(stream).catch(() => undefined);
      check();
    },
  };
}

function time(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('expected a date or a time such as 2026-11-01 or 2026-11-01T12:00:00Z.');
  return at;
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('expected a whole number from 0 on.');
  return value;
}
