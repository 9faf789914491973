import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError, messageOf } from '@prunella/core';
import { builtinModel, decodeModel, type Model } from '@prunella/model';
import type { Context } from './context.ts';

/** Where the diagnoser looks for a model of one's own when nothing is said. */
const USUAL_FILE = 'prunella.model';

/** PRUNELLA_MODEL, else `./prunella.model`; whether it is there or not. */
export function modelFile({ env, cwd }: Pick<Context, 'env' | 'cwd'>): string {
  return resolve(cwd, env['PRUNELLA_MODEL'] || USUAL_FILE);
}

/**
 * The model that the diagnoser would use: the one that PRUNELLA_MODEL names, else `./prunella.model` where it exists, else
 * the one that comes with Prunella.
 *
 * @throws ConfigError when the one that is named can't be read, ModelFileError when it is no model.
 */
export async function usualModel(context: Pick<Context, 'env' | 'cwd'>): Promise<Model> {
  const asked = context.env['PRUNELLA_MODEL'];
  const file = modelFile(context);
  if (!asked && !existsSync(file)) return builtinModel();
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new ConfigError(`PRUNELLA_MODEL: expected a model file, found ${asked ?? file}: ${messageOf(error)}`, {
      cause: error,
    });
  });
  return decodeModel(asked || USUAL_FILE, bytes);
}
