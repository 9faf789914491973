export { type Cluster, clusterFromEnvironment, type LargestNode, type Notes } from './cluster.ts';
export { badRevisions, badRevisionsNote, type Change, changeNote, notedChange } from './notes.ts';
export type { Pod, PodTemplate } from './objects.ts';
export { type MemoryState, memoryState } from './out-of-memory.ts';
export { hashNow, type RollbackTarget, rollbackTarget } from './rollback-target.ts';
export { type ScalePlan, type ScaleWish, scalePlan } from './scale-plan.ts';
export { canonical, templateHash } from './template.ts';
export { nameOf, type Revision, type RolloutState, type Workload, type WorkloadRef } from './workload.ts';
