import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, messageOf, UnreachableError } from '@prunella/core';
import { Command } from 'commander';
import { z } from 'zod';
import { askPreflight } from '../api.ts';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../exit.ts';
import { duration } from '../options.ts';

const Answer = z.looseObject({
  answer: z.enum(['go', 'wait', 'skip-steps']),
  reasons: z.array(z.string()).default([]),
  skipSteps: z.array(z.string()).default([]),
  retryAfterSeconds: z.number().min(0).default(0),
});
type Answer = z.infer<typeof Answer>;

interface Options {
  pipeline: string;
  repository?: string;
  branch?: string;
  environment?: string;
  wait?: number;
  failOpen?: true;
  json?: true;
}

/** Who waits anyway can wait for a detector that is being restarted, but not for one that is gone. */
const UNREACHABLE_GRACE_MS = 30_000;
const ASK_AGAIN_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** `prunella preflight`: 0 go or leave steps out, 1 wait, 2 usage, 3 unreachable. */
export function preflightCommand(context: Context): Command {
  return new Command('preflight')
    .description('ask before a run starts whether all that it needs is there: 0 go, 1 wait, 3 nobody answers')
    .requiredOption('--pipeline <id>', 'its id, as Prunella knows it')
    .option('--repository <repository>', 'owner/name')
    .option('--branch <branch>', 'the branch that is built')
    .option('--environment <environment>', 'what it deploys to')
    .option('--wait <duration>', 'wait so long for what is not there, e.g. 10m', duration)
    .option('--fail-open', 'go when Prunella does not answer')
    .option('--json', "the detector's answer as it is")
    .action((options: Options) => preflight(context, options));
}

async function preflight(context: Context, options: Options): Promise<void> {
  let answer: Answer;
  try {
    answer = await answerWithin(context, options);
  } catch (error) {
    if (!(error instanceof UnreachableError) || !options.failOpen) throw error;
    context.err(`prunella: ${error.message}; it goes without an answer (--fail-open)`);
    answer = { answer: 'go', reasons: ['nobody answers'], skipSteps: [], retryAfterSeconds: 0 };
  }
  show(context, answer, options);
  await tellGitHub(context, answer);
  if (answer.answer === 'wait') context.exitWith(EXIT.no);
}

/** The last answer: the first that is no `wait`, or what it still is when the time is over. */
async function answerWithin(context: Context, { wait = 0, ...intent }: Options): Promise<Answer> {
  const start = Date.now();
  let heardAt = start;
  let last: string | undefined;
  for (;;) {
    const left = start + wait - Date.now();
    let pause = ASK_AGAIN_MS;
    try {
      const answer = await ask(context, intent);
      heardAt = Date.now();
      if (answer.answer !== 'wait' || left <= 0) return answer;
      const says = answer.reasons.join('; ');
      if (says !== last) context.err(`waiting: ${says}`);
      last = says;
      pause = Math.max(ASK_AGAIN_MS / 2, answer.retryAfterSeconds * 1_000);
    } catch (error) {
      if (!(error instanceof UnreachableError) || left <= 0 || Date.now() - heardAt > UNREACHABLE_GRACE_MS) throw error;
    }
    // Many wait for the same: they must not ask, and go, as one.
    const spread = Math.min(pause, LONGEST_PAUSE_MS) * (0.5 + Math.random());
    await sleep(Math.min(spread, Math.max(left, 1)));
  }
}

async function ask(context: Context, { pipeline, repository, branch, environment }: Options): Promise<Answer> {
  const query = new URLSearchParams({
    pipeline,
    ...(repository && { repository }),
    ...(branch && { branch }),
    ...(environment && { environment }),
  });
  const given: unknown = await askPreflight(context, query).catch((error: unknown) => {
    // Not an answer: 1 would say that the run has to wait.
    throw error instanceof ConfigError ? new UsageError(error.message) : error;
  });
  const answer = Answer.safeParse(given);
  if (answer.success) return answer.data;
  throw new UnreachableError('what answers is no detector: expected {"answer":...}; set PRUNELLA_DETECTOR_URL');
}

function show(context: Context, answer: Answer, { json }: Options): void {
  if (json) {
    context.out(JSON.stringify(answer, null, 2));
    return;
  }
  context.out(answer.answer);
  for (const reason of answer.reasons) context.out(`  ${reason}`);
  if (answer.answer === 'skip-steps') for (const step of answer.skipSteps) context.out(`skip: ${step}`);
}

/** For `if:` in later steps: `contains(fromJSON(steps.<id>.outputs.skip-steps), 'publish')`. */
async function tellGitHub({ env }: Context, { answer, skipSteps }: Answer): Promise<void> {
  const file = env['GITHUB_OUTPUT'];
  if (!file) return;
  const skipped = answer === 'skip-steps' ? skipSteps : [];
  try {
    await appendFile(file, `answer=${answer}\nskip-steps=${JSON.stringify(skipped)}\n`);
  } catch (error) {
    throw new ConfigError(`GITHUB_OUTPUT (${file}) can't be written: ${messageOf(error)}`, { cause: error });
  }
}
