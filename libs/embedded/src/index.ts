export { type AcquireOptions, acquireNats, defaultCacheDir, type NatsProgram } from './nats/acquire.ts';
export { pingNats } from './nats/ping.ts';
export { type EmbeddedServer, type NatsOptions, startNats } from './nats/server.ts';
export { anyFreePort, freePort, holderOf, isFree, type PortWish, requirePort } from './ports.ts';
export { type PostgresOptions, startPostgres } from './postgres/server.ts';
export { identify, isRunning, type ProcessId, stopProcess } from './process-table.ts';
export { claimHome } from './run-record.ts';
export { guard, unguard } from './watchdog.ts';
