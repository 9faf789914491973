export { type GuardedNats, startGuardedNats } from './guarded-nats.ts';
export { temporaryHome } from './home.ts';
export { keptPort } from './kept-port.ts';
export { NameServer } from './name-server.ts';
export { startTestNats } from './nats.ts';
export { type NatsNode, startTestNatsCluster, type TestNatsCluster } from './nats-cluster.ts';
export { plainRole } from './plain-role.ts';
export { startTestPostgres } from './postgres.ts';
export {
  alertmanagerProgram,
  amtoolProgram,
  prometheusProgram,
  promtoolProgram,
  startTestAlertmanager,
  startTestPrometheus,
} from './prometheus.ts';
export type { TestServer } from './server.ts';
export { WebApp } from './web-app.ts';
