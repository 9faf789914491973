import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { run } from '../../../services/cli/src/program.ts';
import type { PlainCall } from './commands.ts';

/** What became of a command. */
export interface Ending {
  /** null: it was stopped by us. */
  code: number | null;
  /** Standard output and error, as they came. */
  output: string;
}

const LONGEST_MS = 60_000;

/** Runs our program in this process. @param env as the command would find it. */
export async function callHere({ words, into }: PlainCall, cwd: string, env: Record<string, string>): Promise<Ending> {
  const ending: Ending = { code: 0, output: '' };
  const out: string[] = [];
  const args = words.flatMap(({ text, isQuoted }) => {
    if (isQuoted || !/[*?]/.test(text)) return [text];
    const files = globSync(text, { cwd }).sort();
    return files.length === 0 ? [text] : files;
  });
  await run(args, {
    ...{ env, cwd, colors: pc.createColors(false), interactive: false, stdin: async () => Buffer.of() },
    out: (line) => {
      out.push(line);
      if (into === undefined) ending.output += `${line}\n`;
    },
    err: (line) => {
      ending.output += `${line}\n`;
    },
    exitWith: (code) => {
      ending.code = code;
    },
  });
  if (into !== undefined && into !== '/dev/null') await writeFile(resolve(cwd, into), `${out.join('\n')}\n`);
  return ending;
}

/** Runs a script as a shell does. @param stir for what goes on by itself: makes something happen that it tells of. It is ended once it has told something. */
export async function callShell(
  script: string,
  cwd: string,
  env: Record<string, string>,
  stir: (() => Promise<void>) | undefined,
): Promise<Ending> {
  const child = spawn('bash', ['-euo', 'pipefail', '-O', 'globstar', '-c', script], {
    ...{ cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const code = await Promise.race([ended, stir === undefined ? sleep(LONGEST_MS) : firstWords(() => output, stir)]);
  if (code !== undefined) return { code, output };
  endGroup(child);
  await ended;
  return { code: stir === undefined || output === '' ? 124 : null, output };
}

async function firstWords(output: () => string, stir: () => Promise<void>): Promise<undefined> {
  const end = Date.now() + LONGEST_MS;
  while (output() === '' && Date.now() < end) {
    await stir();
    await sleep(250);
  }
}

/** The shell and what it began. */
function endGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
}

/** The first line that is shown and was not said; undefined: all of them were, in that order. Times, ids and numbers may differ; `...` stands for anything. */
export function missingLine(shown: readonly string[], output: string): string | undefined {
  const said = output.split('\n');
  let from = 0;
  for (const line of shown) {
    if (line.trim() === '...') continue;
    const pattern = patternOf(line);
    const at = said.findIndex((one, index) => index >= from && pattern.test(one.trim()));
    if (at < 0) return line;
    from = at + 1;
  }
  return undefined;
}

function patternOf(line: string): RegExp {
  const parts = line.trim().split(/(\b[a-z]+_[a-z0-9]{8,}\b|prn_\w+|\d{4}-\d\d-\d\d|\d+(?:\.\d+)?|\.\.\.|\s+)/);
  const source = parts.map((part, index) => {
    if (index % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
    if (/^\s+$/.test(part)) return '\\s+';
    if (part === '...') return '.*';
    if (/^\d{4}-/.test(part)) return '\\d{4}-\\d\\d-\\d\\d';
    return /^\d/.test(part) ? '\\d+(?:\\.\\d+)?' : '\\w+';
  });
  return new RegExp(`^${source.join('')}$`);
}
