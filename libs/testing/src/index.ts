export { FakeGitHub, type Fault, type NewRun, signedHeaders } from './github/fake-github.ts';
export type { FakeJob, FakeRun } from './github/model.ts';
export { CrashProxy, type Cut } from './chaos/crash-proxy.ts';
export { type ServiceProcess, startServiceProcess } from './processes/service-process.ts';
export * from './servers/index.ts';
