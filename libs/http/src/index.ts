export { jsonOf } from './body.ts';
export { problemOf, type RequestOptions, request, retryAfter } from './request.ts';
export { type RetryPolicy, usualRetries, waitBefore } from './retry-policy.ts';
export { cutOf, type Tail, tailOf } from './tail.ts';
