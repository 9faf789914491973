import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, nearestName } from '@prunella/core';
import { builtinPackTexts, type PackText } from '@prunella/rules';
import type { Context } from '../context.ts';
import { NotFoundError } from '../exit.ts';
import { type OwnPack, ownPacks, packFilesIn, readPack } from './own-packs.ts';

/** Packs as they work together, and which of them a command is about. */
export interface Packs {
  builtin: readonly PackText[];
  /** The user's own, and files that the command names: they replace rules of the built-in ones. */
  own: readonly PackText[];
  /** Whether the command is about this pack. */
  concerns(name: string): boolean;
}

/**
 * The built-in packs, the user's own and on top the ones that are asked for.
 *
 * @param asked files, folders or names of built-in packs (`git`, `git.yaml`); none: all packs are meant.
 * @throws NotFoundError for one that there is not, ConfigError when PRUNELLA_RULES_DIR can't be read.
 */
export async function readPacks(context: Pick<Context, 'env' | 'cwd'>, asked: readonly string[]): Promise<Packs> {
  const builtin = builtinPackTexts();
  const own = await ownPacks(context);
  if (asked.length === 0) return { builtin, own, concerns: () => true };
  const concerned = new Set<string>();
  for (const name of asked) {
    for (const pack of await packsNamed(name, builtin, context.cwd)) {
      const known = 'file' in pack ? own.find(({ file }) => file === pack.file) : pack;
      if (known === undefined && 'file' in pack) own.push(pack);
      concerned.add((known ?? pack).name);
    }
  }
  return { builtin, own, concerns: (name) => concerned.has(name) };
}

async function packsNamed(asked: string, builtin: readonly PackText[], cwd: string): Promise<(OwnPack | PackText)[]> {
  const file = resolve(cwd, asked);
  const found = await stat(file).catch(() => undefined);
  const embedded = builtin.find(({ name }) => shortName(name) === shortName(asked));
  if (found === undefined && embedded !== undefined) return [embedded];
  try {
    const files = found?.isDirectory() ? await packFilesIn(file) : [file];
    return await Promise.all(files.map((each) => readPack(each, cwd)));
  } catch (error) {
    const nearest = nearestName(
      shortName(asked),
      builtin.map(({ name }) => shortName(name)),
    );
    const hint = nearest === undefined ? '' : `; did you mean the built-in pack ${nearest}?`;
    throw new NotFoundError(
      `${asked}: expected a file or folder with rules, or the name of a built-in pack: ${messageOf(error)}${hint}`,
    );
  }
}

/** `builtin/git.yaml` and `git.yaml` are `git`. */
function shortName(name: string): string {
  return name.replace(/^builtin\//, '').replace(/\.ya?ml$/, '');
}
