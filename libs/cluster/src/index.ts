export { clusterFromEnvironment, type DeploymentRef, type Deployments } from './deployments.ts';
export { canonical, gitOpsOwner, type RollbackTarget, revisionOf, rollbackTarget } from './rollback-target.ts';
export { type RolloutStatus, rolloutStatus } from './rollout-status.ts';
export { type ScalePlan, type ScaleWish, scalePlan } from './scale-plan.ts';
