export { CrashProxy, type Cut } from './chaos/crash-proxy.ts';
export { FakeGitHub, type Fault, type NewRun, signedHeaders } from './github/fake-github.ts';
export type { FakeJob, FakeRun } from './github/model.ts';
export { FakeKubernetes } from './kubernetes/fake-kubernetes.ts';
export { type ServiceProcess, startServiceProcess } from './processes/service-process.ts';
export { Receiver } from './receiver/receiver.ts';
export * from './servers/index.ts';
