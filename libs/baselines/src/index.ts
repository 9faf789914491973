export {
  type Baseline,
  BY_RUN,
  DURATION,
  emptyBaseline,
  type Kind,
  learn,
  type Memory,
  type Observation,
} from './baseline.ts';
export { type Judgement, judge, limitOf, type Sensitivity } from './judge.ts';
export { isKnown, judgePart, learnParts, noParts, PART, type PartObservation, type Parts } from './parts.ts';
export { say, type Unit } from './say.ts';
