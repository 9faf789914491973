export { githubRun, networkDiagnosis } from './builders/builders.ts';
export { CrashProxy, type Cut } from './chaos/crash-proxy.ts';
export { signedHeaders } from './github/delivery.ts';
export { FakeGitHub } from './github/fake-github.ts';
export type { FakeApp, FakeComment, FakeJob, FakePull, FakeRun, Fault, NewRun } from './github/model.ts';
export { FakeKubernetes } from './kubernetes/fake-kubernetes.ts';
export { type ServiceProcess, startServiceProcess } from './processes/service-process.ts';
export { Receiver } from './receiver/receiver.ts';
export * from './servers/index.ts';
