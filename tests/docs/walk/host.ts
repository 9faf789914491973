/**
 * Our built command line as a process that runs one command after the other: what a user runs, without starting it and making the rules ready anew for
 * each. Run by `startHost` with `node`, told by messages.
 */
import pc from 'picocolors';
import type { Context } from '../../../services/cli/src/context.ts';

/** A command line, without the program's name. */
export interface Asked {
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
}

/** What became of it. */
export interface Answered {
  code: number;
  /** Lines of standard output. */
  out: string[];
  /** Lines of both, as they came. */
  both: string[];
}

const BUILT = '../../../services/cli/dist/program.js';

async function answer({ args, cwd, env }: Asked): Promise<Answered> {
  const { run } = (await import(BUILT)) as { run(args: readonly string[], context: Context): Promise<void> };
  const answered: Answered = { code: 0, out: [], both: [] };
  await run(args, {
    ...{ env, cwd, colors: pc.createColors(false), interactive: false, stdin: async () => Buffer.of() },
    out: (line) => {
      answered.out.push(line);
      answered.both.push(line);
    },
    err: (line) => {
      answered.both.push(line);
    },
    exitWith: (code) => {
      answered.code = code;
    },
  });
  return answered;
}

process.on('message', (asked: Asked) => {
  answer(asked).then(
    (answered) => process.send?.(answered),
    (error: unknown) => process.send?.({ code: 70, out: [], both: [String(error)] }),
  );
});
