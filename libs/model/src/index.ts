export { builtinModel } from './builtin.ts';
export type { Example, Failure, Prediction } from './failure.ts';
export { type Model, type Provenance, predict, train } from './model.ts';
export { decodeModel, encodeModel, ModelFileError } from './model-file.ts';
