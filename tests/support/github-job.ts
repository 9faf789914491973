import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import type { FunctionInfo } from '@actions/expressions/funcs/info';
import { parse } from 'yaml';

/** What a run of GitHub Actions knows: the contexts of expressions. */
export interface RunContext {
  github: Record<string, unknown>;
  vars: Record<string, string>;
  secrets: Record<string, string>;
  inputs: Record<string, string>;
  needs: Record<string, { outputs: Record<string, string> }>;
}

export interface JobEnding {
  /** `skipped`: its `if` said no. */
  result: 'success' | 'failure' | 'skipped';
  outputs: Record<string, string>;
  /** What all steps wrote. */
  log: string;
}

interface Step {
  id?: string;
  if?: string;
  run?: string;
  env?: Record<string, string>;
}
interface Job {
  if?: string;
  outputs?: Record<string, string>;
  steps: Step[];
}

/**
 * Runs the scripts of a job as a runner of GitHub does, its expressions by GitHub's own library; steps that use actions are passed over.
 *
 * @param environment of the machine, e.g. PATH.
 */
export async function runJob(
  file: string,
  name: string,
  context: RunContext,
  { cwd, environment }: { cwd: string; environment: Record<string, string> },
): Promise<JobEnding> {
  const workflow = parse(await readFile(file, 'utf8')) as { env?: Record<string, string>; jobs: Record<string, Job> };
  const job = workflow.jobs[name] as Job;
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  let ok = true;
  let log = '';
  const env = filled(workflow.env ?? {}, () => ({ ...context }), true);
  const known = () => ({ ...context, steps, env });
  if (job.if !== undefined && !truth(job.if, known(), ok)) return { result: 'skipped', outputs: {}, log };
  const runner = join(cwd, '.runner');
  for (const [index, step] of job.steps.entries()) {
    const wanted = step.if === undefined ? ok : truth(step.if, known(), ok);
    if (!wanted || step.run === undefined) continue;
    const output = join(runner, `output-${index}`);
    await writeFile(output, '');
    const variables = { ...environment, ...env, ...filled(step.env ?? {}, known, ok) };
    const ending = await bash(step.run, { ...variables, GITHUB_OUTPUT: output, RUNNER_TEMP: runner }, cwd);
    log += ending.text;
    ok &&= ending.code === 0;
    if (step.id !== undefined) steps[step.id] = { outputs: outputsIn(await readFile(output, 'utf8')) };
  }
  return { result: ok ? 'success' : 'failure', outputs: filled(job.outputs ?? {}, known, ok), log };
}

/** Runs a script as CI systems do, with nothing but `env`. */
export function bash(
  script: string,
  env: Record<string, string>,
  cwd: string,
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const args = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script];
    const child = execFile('bash', args, { cwd, env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}

function outputsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function filled(texts: Record<string, string>, known: () => object, ok: boolean): Record<string, string> {
  const fill = (text: string) =>
    String(text).replaceAll(/\$\{\{(.+?)\}\}/g, (_, expression: string) =>
      evaluated(expression, known(), ok).coerceString(),
    );
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text)]));
}

function truth(condition: string, known: object, ok: boolean): boolean {
  const expression = condition.replace(/^\$\{\{(.+)\}\}$/, '$1');
  const says = evaluated(expression, known, ok);
  const asked = /\b(success|failure|always|cancelled)\(/.test(expression);
  return (asked || ok) && !['', 'false', '0'].includes(says.coerceString());
}

function evaluated(expression: string, known: object, ok: boolean): data.ExpressionData {
  const statuses = { success: ok, failure: !ok, always: true, cancelled: false };
  const functions: FunctionInfo[] = Object.keys(statuses).map((name) => ({ name, minArgs: 0, maxArgs: 0 }));
  const { tokens } = new Lexer(expression.trim()).lex();
  const tree = new Parser(tokens, Object.keys(known), functions).parse();
  const context = JSON.parse(JSON.stringify(known), data.reviver) as data.Dictionary;
  const definitions = Object.entries(statuses).map(
    ([name, says]) => [name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(says) }] as const,
  );
  return new Evaluator(tree, context, new Map(definitions)).evaluate();
}
