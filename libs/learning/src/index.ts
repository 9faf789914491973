export { type Belief, type BeliefSettings, believe, type Grounds, type Tally } from './belief.ts';
export { betaCdf, betaQuantile } from './beta.ts';
export { dayOf, dayWeights, weightAt } from './decay.ts';
export { type CauseTally, groundsOf, type Pair } from './grounds.ts';
export { type Interval, mantelHaenszel, newcombe, type Rate, type Stratum, wilson } from './rates.ts';
export {
  BINS,
  LEAST_STATED,
  type Reliability,
  type ReliabilityBin,
  reliability,
  type StatedCases,
} from './reliability.ts';
export {
  demotionSays,
  evidenceSays,
  type Measured,
  type StandingEvidence,
  type StandingSettings,
  type StandingWord,
  standingNext,
} from './standing.ts';
export { heldOutUplift, LEAST_CASES, matchedUplift, type Uplift, type UpliftStratum, uplift } from './uplift.ts';
