import pc from 'picocolors';
import type { Context } from '../src/context.ts';
import { run } from '../src/program.ts';

/** What a command line has in place of the world of whoever runs the spec. */
export interface World {
  /** All variables there are. Default: none. */
  env?: NodeJS.ProcessEnv;
  /** Default: `/`. */
  cwd?: string;
  /** What standard input holds. Default: nothing. */
  stdin?: string;
}

/** How it ended, with the lines that it wrote. */
export interface Ending {
  code: number;
  out: string[];
  err: string[];
}

/** A world without colours, a terminal or a person, whose output goes into `ending`. */
export function contextOf({ env = {}, cwd = '/', stdin = '' }: World = {}, ending = nothingYet()): Context {
  return {
    env,
    cwd,
    out: (line) => ending.out.push(line),
    err: (line) => ending.err.push(line),
    colors: pc.createColors(false),
    interactive: false,
    stdin: async () => Buffer.from(stdin),
    exitWith: (code) => {
      ending.code = code;
    },
  };
}

/** Runs a command line, without `node` and the program's name, as `main` does. */
export async function runLine(args: readonly string[], world: World = {}): Promise<Ending> {
  const ending = nothingYet();
  await run(args, contextOf(world, ending));
  return ending;
}

/** The same, with each output as one text. */
export async function runForText(
  args: readonly string[],
  world: World = {},
): Promise<{ code: number; out: string; err: string }> {
  const { code, out, err } = await runLine(args, world);
  return { code, out: textOf(out), err: textOf(err) };
}

function nothingYet(): Ending {
  return { code: 0, out: [], err: [] };
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
