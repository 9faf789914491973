import { readFileSync } from 'node:fs';
import { messageOf } from '@prunella/core';
import { builtinModel, decodeModel, type Model } from '@prunella/model';

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
 * @param file undefined: the one that comes with Prunella.
 */
export function loadModel(file: string | undefined): LoadedModel {
  if (file === undefined) return builtin();
  try {
    return { model: decodeModel(file, readFileSync(file)) };
  } catch (error) {
    return {
      ...builtin(),
      problem: `PRUNELLA_MODEL: expected a model that \`prunella train\` wrote: ${messageOf(error)}`,
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
