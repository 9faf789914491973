export { type Backoff, backoffDelayMs, MAX_DELAY_MS } from './backoff.ts';
export { type Decision, decide, type Facts } from './decide.ts';
export { defaultPolicy, parsePolicy } from './parse-policy.ts';
export { type PipelineEntry, type Policy, policyJsonSchema } from './policy.ts';
export { PolicyError, type PolicyProblem } from './policy-error.ts';
export { type Setting, type Settings, settingsFor } from './settings.ts';
