export { type ArbitrationWeights, logit, RULE_FEATURES, type RuleFeatures, ruleFeatures } from './arbitrate.ts';
export type { Candidate } from './candidate.ts';
export { diagnose } from './diagnose.ts';
export type { Classifier, Diagnosis, DiagnosisDeps, DiagnosisInput, LogText, Unclassified } from './diagnosis.ts';
export { type DiagnosisJson, explainJson } from './explain-json.ts';
export { type Guesses, guess, unclassifiedOf } from './guess.ts';
export { candidatesIn } from './propose.ts';
export { type JobReading, readLog } from './reading.ts';
