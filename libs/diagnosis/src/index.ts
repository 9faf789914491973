export { diagnose } from './diagnose.ts';
export type { Diagnosis, DiagnosisDeps, DiagnosisInput, LogText } from './diagnosis.ts';
export { type DiagnosisJson, explainJson } from './explain-json.ts';
