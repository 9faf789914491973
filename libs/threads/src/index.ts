export { type Kept, type ThreadBucket, Threads, type ThreadsOptions } from './threads.ts';
