export { type Advice, advise, type BasedOn, FEWEST, type Spread } from './advise.ts';
export {
  DIFF_SIZES,
  type DiffSize,
  diffSizeOf,
  learn,
  NOTHING,
  type Observation,
  observationOf,
  type Usage,
} from './usage.ts';
