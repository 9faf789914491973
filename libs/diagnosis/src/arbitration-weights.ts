import type { ArbitrationWeights } from './arbitrate.ts';

/** Fitted by `tests/bench/diagnosis/fit-arbitration.ts` on labelled logs; what each means stands in `arbitrate.ts`. */
export const WEIGHTS: ArbitrationWeights = {
  rule: { bias: 0, prior: 1, place: -0.2, guess: 0, rival: 0, codeRival: 0 },
  guess: { bias: 0, odds: 1 },
};
