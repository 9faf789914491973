export {
  type Baseline,
  DURATION,
  emptyBaseline,
  type Kind,
  learn,
  type Observation,
} from './baseline.ts';
export { type Judgement, judge, limitOf, type Sensitivity } from './judge.ts';
export { say, type Unit } from './say.ts';
