export { AddressRefused } from './address-refused.ts';
export { jsonBytesOf, jsonOf } from './body.ts';
export { type Outgoing, outgoing, type Rule } from './outgoing.ts';
export { redirectOrigins } from './redirect-origins.ts';
export { problemOf, type RequestOptions, request, retryAfter } from './request.ts';
export { type RetryPolicy, usualRetries, waitBefore } from './retry-policy.ts';
export { cutOf, type Tail, tailOf } from './tail.ts';
