import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '@prunella/core';
import { builtinModel, decodeModel, type Model } from '@prunella/model';

/** Where a model of one's own is looked for when nothing is said. */
const USUAL_FILE = 'prunella.model';

/** The model that is used, or why it is another one than was asked for. */
export interface LoadedModel {
  /** Absent: there is none, rules decide alone. */
  model?: Model;
  /** What could not be used, for people; absent: everything could. */
  problem?: string;
}

/**
 * Reads a trained model. One that can't be read is a problem to be told and no reason not to start: the one that comes
 * with Prunella takes its place, and without that the rules decide alone.
 *
 * @param asked undefined: `./prunella.model`, where it exists.
 */
export function loadModel(asked: string | undefined): LoadedModel {
  const file = asked ?? (existsSync(USUAL_FILE) ? USUAL_FILE : undefined);
  if (file === undefined) return builtin();
  try {
    return { model: decodeModel(file, readFileSync(file)) };
  } catch (error) {
    return {
      ...builtin(),
      problem: `${asked === undefined ? file : 'PRUNELLA_MODEL'}: expected a model that \`prunella train\` wrote: ${messageOf(error)}`,
    };
  }
}

function builtin(): LoadedModel {
  try {
    return { model: builtinModel() };
  } catch (error) {
    return { problem: `the built-in model can't be read: ${messageOf(error)}` };
  }
}
