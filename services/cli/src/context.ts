import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import pc from 'picocolors';
import { printable } from './printable.ts';

/** What a command needs of the world. */
export interface Context {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Writes a line for whoever reads the answer. */
  out(line: string): void;
  /** Writes a line for the person at the terminal. */
  err(line: string): void;
  colors: ReturnType<typeof pc.createColors>;
  /** Draws on the terminal of the person, without a line end. Absent: standard error is no terminal. */
  draw?(text: string): void;
  /** Whether a person sits at both ends. */
  interactive: boolean;
  stdin(): Promise<Buffer>;
  /** Sets the exit code; 0 when nobody does. */
  exitWith(code: number): void;
}

/** The world as the process sees it. */
export function processContext(): Context {
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true && process.env['CI'] === undefined;
  // A reader that went away (`| head`) is no reason to crash.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return {
    env: process.env,
    cwd: process.cwd(),
    // Here, where all lines come by: most of them tell something that others wrote.
    out: (line) => process.stdout.write(`${printable(line)}\n`),
    err: (line) => process.stderr.write(`${printable(line)}\n`),
    ...(process.stderr.isTTY &&
      process.env['CI'] === undefined && { draw: (text: string) => process.stderr.write(text) }),
    colors: pc.createColors(pc.isColorSupported && process.stdout.isTTY === true),
    interactive,
    stdin: () => buffer(process.stdin),
    exitWith: (code) => {
      process.exitCode = code;
    },
  };
}

/** PRUNELLA_HOME: where the state is. Default: `.prunella` in the current folder. */
export function homeOf({ env, cwd }: Pick<Context, 'env' | 'cwd'>): string {
  return resolve(cwd, env['PRUNELLA_HOME'] || '.prunella');
}
