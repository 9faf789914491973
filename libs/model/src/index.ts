export { builtinModel } from './builtin.ts';
export { type Contest, type ContestFigures, type ContestOptions, contest, type HistoryExample } from './champion.ts';
export type { Example, Failure, Prediction } from './failure.ts';
export { type DiagnosedFailure, exampleOf } from './history.ts';
export {
  type Judgement,
  judge,
  MODEL_KINDS,
  type Model,
  type ModelKind,
  type Provenance,
  predict,
  type TrainOptions,
  train,
} from './model.ts';
export { decodeModel, encodeModel, ModelFileError } from './model-file.ts';
