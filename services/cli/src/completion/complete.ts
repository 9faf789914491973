import { Command } from 'commander';
import { COMMANDS } from '../command-list.ts';
import type { Context } from '../context.ts';
import { suggest } from './suggest.ts';

/**
 * `prunella complete -- WORDS...`, which the scripts of the shells call: what may come next, a word and its meaning a line, and `:files` where a file may
 * stand. Of the commands only the one that is written is loaded.
 */
export async function complete(context: Context, args: readonly string[]): Promise<void> {
  const words = args[0] === '--' ? args.slice(1) : args;
  const [name = ''] = words;
  const load = words.length > 1 && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const program = new Command('prunella').option('-V, --version', 'output the version number');
  if (load !== undefined) program.addCommand((await load())(context));
  else for (const one of Object.keys(COMMANDS)) program.addCommand(new Command(one));
  const { words: found, files } = suggest(program, words);
  for (const { word, says } of found) context.out(`${word}\t${says.replaceAll(/\s+/g, ' ')}`);
  if (files) context.out(':files');
}
