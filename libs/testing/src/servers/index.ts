export { temporaryHome } from './home.ts';
export { startTestNats } from './nats.ts';
export { startTestPostgres } from './postgres.ts';
export type { TestServer } from './server.ts';
