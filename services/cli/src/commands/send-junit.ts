import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import { type JunitReport, readJunit } from '@prunella/test-history';
import { Command } from 'commander';
import { postJunit } from '../api.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../exit.ts';
import { type RunInCi, runInCi } from '../junit/run-in-ci.ts';

type Options = Partial<RunInCi> & { json?: true };

const FIELDS = ['pipeline', 'platform', 'repository', 'run', 'attempt', 'sha', 'branch', 'job'] as const;

/** `prunella send junit FILE...`. What GitHub, GitLab and Jenkins say of a run in the environment need not be given. */
export function sendJunitCommand(context: Context): Command {
  return new Command('junit')
    .description(
      'send test reports (JUnit XML) to the detector; in a job of GitHub, GitLab or Jenkins it is known which run they are of',
    )
    .argument('<files...>', 'reports; - reads one from standard input')
    .option('--pipeline <id>', 'the pipeline, as its runs are reported')
    .option('--platform <name>', 'github, gitlab, jenkins, ...')
    .option('--repository <repository>', 'owner/name')
    .option('--run <id>', "the platform's id of the run")
    .option('--attempt <n>', 'which attempt of it')
    .option('--sha <commit>', 'the commit that was tested')
    .option('--branch <branch>', 'its branch')
    .option('--job <job>', 'the job whose tests these are')
    .option('--json', 'print the answers as JSON')
    .action((files: string[], options: Options) => sendJunit(context, files, options));
}

async function sendJunit(context: Context, files: readonly string[], { json, ...given }: Options): Promise<void> {
  const about = { ...runInCi(context.env), ...given };
  if (about.pipeline === '')
    throw new UsageError('--pipeline: expected the pipeline, found none, here or in the environment of a CI system');
  if (about.run === '' && about.sha === '')
    throw new UsageError('--run: expected the id of a run, or --sha, found neither');
  const headers = headersOf(about);
  for (const file of files) {
    const xml = await bytesOf(context, file);
    // Read here too: a mistake is then told with the file's name, and before anything is sent.
    const { totals } = read(file, xml);
    const answer = await postJunit(context, xml, headers);
    if (json) context.out(JSON.stringify({ file, totals, answer }));
    else
      context.out(
        `sent: ${file}, ${totals.tests} tests: ${totals.passed} passed, ${totals.failed + totals.errors} failed, ${totals.flaky} flaky, ${totals.skipped} skipped`,
      );
  }
}

/** What is not known is left out. */
function headersOf(about: RunInCi): Record<string, string> {
  return Object.fromEntries(
    FIELDS.filter((field) => about[field] !== '').map((field) => [
      `prunella-${field}`,
      encodeURIComponent(about[field]),
    ]),
  );
}

function read(file: string, xml: Uint8Array): JunitReport {
  try {
    return readJunit(xml);
  } catch (error) {
    throw new ConfigError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function bytesOf(context: Context, file: string): Promise<Uint8Array<ArrayBuffer>> {
  if (file === '-') return new Uint8Array(await context.stdin());
  try {
    return new Uint8Array(await readFile(resolve(context.cwd, file)));
  } catch (error) {
    throw new ConfigError(`${file} can't be read: ${messageOf(error)}`, { cause: error });
  }
}
