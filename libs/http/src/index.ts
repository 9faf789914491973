export { problemOf, type RequestOptions, request, retryAfter } from './request.ts';
export { type Tail, tailOf } from './tail.ts';
