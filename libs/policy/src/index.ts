export { type Backoff, backoffDelayMs, backoffOf, backoffText } from './backoff.ts';
export { type Decision, decide, type Facts } from './decide.ts';
export { PolicyError } from './errors.ts';
export { type Policy, parsePolicy } from './parse-policy.ts';
export { policyJsonSchema } from './schema.ts';
