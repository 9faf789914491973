export { logit, RULE_FEATURES, type RuleFeatures, ruleFeatures } from './arbitrate.ts';
export type { ArbitrationWeights } from './arbitration-weights.ts';
export type { Candidate } from './candidate.ts';
export { diagnose } from './diagnose.ts';
export type { Diagnosis, DiagnosisDeps, DiagnosisInput, LogLines, LogText } from './diagnosis.ts';
export { type DiagnosisJson, explainJson } from './explain-json.ts';
export { failureOf, type Guesses, guess } from './guess.ts';
export { candidatesIn } from './propose.ts';
export { type JobReading, readLog } from './reading.ts';
