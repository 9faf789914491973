import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import type { PackText } from '@prunella/rules';
import type { Context } from '../context.ts';

/** Where the diagnoser looks for the user's own rules when nothing is said. */
const USUAL_FOLDER = 'prunella-rules';

/** A pack of the user's own, and its file. */
export interface OwnPack extends PackText {
  /** Absolute. */
  file: string;
}

/**
 * The user's own packs from PRUNELLA_RULES_DIR, else `./prunella-rules` where it exists, in the order of their names.
 *
 * @throws ConfigError when PRUNELLA_RULES_DIR can't be read.
 */
export async function ownPacks({ env, cwd }: Pick<Context, 'env' | 'cwd'>): Promise<OwnPack[]> {
  const asked = env['PRUNELLA_RULES_DIR'];
  const folder = resolve(cwd, asked || USUAL_FOLDER);
  const files = await packFilesIn(folder).catch((error: unknown) => {
    if (!asked) return [];
    throw new ConfigError(`PRUNELLA_RULES_DIR: expected a folder with *.yaml, found ${asked}: ${messageOf(error)}`);
  });
  return await Promise.all(files.map((file) => readPack(file, cwd)));
}

/** The packs of a folder, in the order of their names. */
export async function packFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Reads a pack; messages call it by its path from `cwd`, or by its whole one when it stands elsewhere. */
export async function readPack(file: string, cwd: string): Promise<OwnPack> {
  const near = relative(cwd, file);
  const name = near.startsWith('..') || isAbsolute(near) ? file : near;
  return { name, file, yaml: await readFile(file, 'utf8') };
}
