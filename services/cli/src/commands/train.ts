import { rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError, iso, messageOf, seededRandom, systemClock } from '@prunella/core';
import { type Contest, contest, encodeModel, exampleOf, type HistoryExample, type Model } from '@prunella/model';
import { createScanner } from '@prunella/rules';
import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { usualRules } from '../diagnose/rules.ts';
import { EXIT, UsageError } from '../exit.ts';
import { modelFile, usualModel } from '../model.ts';
import { duration } from '../options.ts';
import { progressBar } from '../progress.ts';
import { counted } from '../rules/counted.ts';
import { readHistory } from '../train/history.ts';
import { readLabelled } from '../train/labelled.ts';

interface TrainOptions {
  /** In milliseconds. */
  since?: number;
  data?: string;
  history: boolean;
  out?: string;
  dryRun?: true;
  json?: true;
}

/** The same history gives the same model. */
const SEED = 20_261_123;

/** `prunella train`: a model of the user's own failures, which replaces the one in use only where it is better. */
export function trainCommand(context: Context): Command {
  return new Command('train')
    .description('train a model on your own failures; it replaces the one in use only when it is better on later ones')
    .addOption(new Option('--since <duration>', 'how far back, e.g. 90d (default: all)').argParser(duration))
    .option('--data <folder>', 'logs whose cause you know, listed in its labels.jsonl')
    .option('--no-history', 'only the logs of --data; the auditor is not asked')
    .option('--out <file>', 'where the model goes (default: PRUNELLA_MODEL, else ./prunella.model)')
    .option('--dry-run', 'only say whether it would be better')
    .option('--json', 'say it as JSON')
    .action((options: TrainOptions) => trainModel(context, options));
}

async function trainModel(context: Context, options: TrainOptions): Promise<void> {
  if (!options.history && options.data === undefined) {
    throw new UsageError('expected --data with --no-history: there is nothing to train on');
  }
  const champion = await usualModel(context);
  const lessons = await lessonsOf(context, options);
  const made = judge(champion, lessons);
  const file = options.out === undefined ? modelFile(context) : resolve(context.cwd, options.out);
  const written = made.replaced && !options.dryRun;
  if (written) await write(file, made.model);
  const answer = {
    champion: { version: champion.version, createdAt: champion.createdAt },
    data: lessons.data,
    replaced: made.replaced,
    reason: made.reason,
    ...(made.figures && { figures: made.figures }),
    ...(made.replaced && { model: made.model.version, file: written ? file : null }),
  };
  if (options.json) context.out(JSON.stringify(answer, null, 2));
  else for (const line of describe(context, answer)) context.out(line);
  if (!made.replaced) context.exitWith(EXIT.no);
}

/** What there is to learn from, with a line for people about each source. */
interface Lessons {
  examples: HistoryExample[];
  data: string[];
}

async function lessonsOf(context: Context, { since, data, history, json }: TrainOptions): Promise<Lessons> {
  const bar = progressBar(context, systemClock, json);
  const lessons: Lessons = { examples: [], data: [] };
  if (history) {
    const from = since === undefined ? 0 : Math.max(0, systemClock.now() - since);
    const failures = await readHistory(context, from, (read) => bar.show(undefined, `${read} failures read`));
    const taught = failures.flatMap((failure) => exampleOf(failure) ?? []);
    const healed = failures.filter((failure) => failure.outcome === 'healed' && exampleOf(failure)).length;
    lessons.examples.push(...taught);
    lessons.data.push(
      `history: ${taught.length} of ${counted(failures.length, 'failure')} with a cause teach: ${healed} healed, ${taught.length - healed} on the word of sure rules`,
    );
  }
  if (data !== undefined) {
    const scanner = createScanner(await usualRules(context));
    const labelled = await readLabelled(context, scanner, resolve(context.cwd, data), (share) =>
      bar.show(share, 'logs read'),
    );
    lessons.examples.push(...labelled);
    lessons.data.push(`labelled: ${counted(labelled.length, 'log')}`);
  }
  bar.clear();
  return lessons;
}

function judge(champion: Model, { examples, data }: Lessons): Contest {
  const createdAt = iso(systemClock.now());
  return contest(champion, examples, {
    version: `own-${createdAt.slice(0, 19).replaceAll(/[^0-9]/g, '')}`,
    createdAt,
    data: [`began as ${champion.version}`, ...data],
    metrics: {},
    random: seededRandom(SEED),
    start: champion,
  });
}

/** The model that was there stays beside it as `.previous`: a file that is half written is never read. */
async function write(file: string, model: Model): Promise<void> {
  const fresh = `${file}.new`;
  try {
    await writeFile(fresh, encodeModel(model));
    await rename(file, `${file}.previous`).catch(ignoreMissing);
    await rename(fresh, file);
  } catch (error) {
    throw new ConfigError(`${file}: expected a place for the model, found ${messageOf(error)}`, { cause: error });
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

interface Answer {
  champion: { version: string; createdAt: string };
  data: readonly string[];
  replaced: boolean;
  reason: string;
  model?: string;
  file?: string | null;
}

function describe({ colors }: Context, { champion, data, replaced, reason, model, file }: Answer): string[] {
  const { bold, dim } = colors;
  const head = [`in use: ${bold(champion.version)}, made ${champion.createdAt}`, ...data];
  if (!replaced) return [...head, `kept: ${reason}`];
  if (!file) return [...head, `${reason}; nothing is written (--dry-run)`];
  return [
    ...head,
    `replaced by ${bold(model ?? '')}: ${reason}`,
    dim(`wrote ${file}; restart the diagnoser to use it`),
  ];
}
