import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import pc from 'picocolors';
import { programOf } from '../../services/cli/src/program.ts';
import { type Bench, startBench } from './walk/bench.ts';
import { isShell, plainCall, type Step, stepsOf } from './walk/commands.ts';
import { type Block, blocksOf, documents } from './walk/documents.ts';
import { foreignProgram, neverRun, optionalPrograms, placeholderIn, runsApart, usualExits } from './walk/rules.ts';
import { callHere, callShell, type Ending, missingLine } from './walk/run.ts';
import { problemsOf } from './walk/static.ts';

/** In the reference the first line of a block says how the command is called; the examples stand below. */
const REFERENCE = 'docs/reference/cli.md';
const MARKS = 'write <!-- not run: why --> above the block, or make it run';

/** What a step of a run finds in its environment. */
const GITHUB = {
  ...{ GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '4711', GITHUB_RUN_ATTEMPT: '1' },
  ...{ GITHUB_SHA: '3f0c1d2e', GITHUB_REF_NAME: 'main', GITHUB_JOB: 'test' },
  GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/ci.yml@refs/heads/main',
};

let bench: Bench;
let program: Command;
/** What was not run, and why. */
const notRun: string[] = [];
let ran = 0;

beforeAll(async () => {
  program = await programOf({
    ...{
      env: { USER: 'ann' },
      cwd: '/',
      colors: pc.createColors(false),
      interactive: false,
      stdin: async () => Buffer.of(),
    },
    ...{ out: () => undefined, err: () => undefined, exitWith: () => undefined },
  });
  bench = await startBench();
}, 120_000);

afterAll(async () => {
  await bench?.stop();
  const why = [...new Set(notRun)].sort().map((line) => `  ${line}`);
  process.stdout.write(`commands of the documents: ${ran} ran, ${notRun.length} did not:\n${why.join('\n')}\n`);
});

const found = documents()
  .map((file) => ({
    file,
    blocks: blocksOf(file).filter((block) => isShell(block) || block.mark.asFile !== undefined),
  }))
  .filter(({ blocks }) => blocks.some(isShell));

describe.each(found)('$file', ({ file, blocks }) => {
  let folder: string;
  beforeAll(async () => {
    folder = await bench.folder();
  });

  it.each(blocks.map((block) => ({ line: block.line, block })))(
    'line $line',
    async ({ block }) => {
      if (!isShell(block)) {
        await writeFile(join(folder, block.mark.asFile ?? ''), `${block.text}\n`);
        return;
      }
      const steps = stepsOf(block).slice(file === REFERENCE ? 1 : 0);
      const wrong = steps.flatMap(({ command }) => problemsOf(command, program));
      if (wrong.length > 0) throw new Error(`${file}:${block.line}: ${wrong.join('; ')}`);
      const reasonOf = ({ command }: Step): string | undefined => block.mark.notRun ?? neverRun(command);
      const left = steps.filter((step) => reasonOf(step) !== undefined);
      for (const step of left) notRun.push(`${file}: ${reasonOf(step)}`);
      // Examples of the reference stand for themselves; elsewhere a block is one thing.
      if (left.length === 0) await tryBlock(block, steps, folder);
      else if (file === REFERENCE)
        await tryBlock(
          block,
          steps.filter((step) => !left.includes(step)),
          folder,
        );
    },
    120_000,
  );
});

async function tryBlock(block: Block, steps: readonly Step[], folder: string): Promise<void> {
  for (const { command } of steps) {
    const foreign = foreignProgram(command);
    const placeholder = placeholderIn(command);
    const why =
      foreign === undefined
        ? placeholder && `${placeholder} is something of the reader's own`
        : `${foreign} is not here`;
    if (why !== undefined) throw new Error(`${block.file}:${block.line}: ${command}\n${why}: ${MARKS}`);
  }
  const missing = await missingPrograms(steps);
  if (missing !== undefined) {
    notRun.push(`${block.file}: ${missing} is not installed here`);
    return;
  }
  const calls = steps.map(({ command }) => plainCall(command));
  const isPlain = calls.every((call) => call !== undefined) && !block.mark.stops;
  // What one line of a shell sets, the next one needs; where each has its own output, they are apart.
  const parts =
    isPlain || block.language === 'console'
      ? steps
      : [{ command: steps.map(({ command }) => command).join('\n'), shown: [] }];
  for (const step of parts) {
    // What is the same everywhere need not be seen twice.
    if (isPlain && step.shown.length === 0 && isSeen(step.command)) continue;
    const ending = await tryStep(block, step, folder, isPlain);
    const exits =
      block.mark.exits.length === 1 && block.mark.exits[0] === 0 ? (usualExits(step.command) ?? [0]) : block.mark.exits;
    const isRight = ending.code === null ? block.mark.stops : exits.includes(ending.code);
    if (!isRight) {
      throw new Error(
        `${block.file}:${block.line}: ${step.command}\nexpected exit code ${exits.join(' or ')}, found ${ending.code}:\n${ending.output.slice(-2_000)}`,
      );
    }
    const unsaid = missingLine(step.shown, ending.output);
    if (unsaid !== undefined) {
      throw new Error(
        `${block.file}:${block.line}: ${step.command}\nexpected the line ${unsaid}\nfound:\n${ending.output.slice(0, 4_000)}`,
      );
    }
  }
  ran += steps.length;
}

async function tryStep(block: Block, step: Step, folder: string, isPlain: boolean): Promise<Ending> {
  const command = await bench.fill(step.command);
  const env = block.mark.inGitHub ? { ...bench.env, ...GITHUB } : bench.env;
  const call = isPlain && !runsApart(command) ? plainCall(command) : undefined;
  const follows = /\bincidents follow\b(?!.*--count)/.test(command);
  if (call !== undefined && !follows) return await callHere(call, folder, env);
  const ending = await callShell(command, folder, env, block.mark.stops || follows ? () => bench.stir() : undefined);
  return ending.code === null && follows ? { ...ending, code: 0 } : ending;
}

const seen = new Set<string>();

function isSeen(command: string): boolean {
  const text = command.replace(/^npx /, '').replace(/\s+#.*$/, '');
  if (!/^prunella (?:rules lint(?: --json)?$|rules list|doctor|report|coverage|train --dry-run)/.test(text))
    return false;
  const isKnown = seen.has(text);
  seen.add(text);
  return isKnown;
}

const known = new Map<string, boolean>();

async function missingPrograms(steps: readonly Step[]): Promise<string | undefined> {
  for (const name of steps.flatMap(({ command }) => optionalPrograms(command))) {
    if (!known.has(name))
      known.set(name, (await callShell(`command -v ${name}`, '/', bench.env, undefined)).code === 0);
    if (known.get(name) === false) return name;
  }
  return undefined;
}
