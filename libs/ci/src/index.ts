import { github } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';
import { jenkins } from './jenkins/index.ts';
import type { CiPlatform, PlatformFactory } from './platform.ts';
import { playground } from './playground/index.ts';

export { conclusionOfJob as gitlabJobConclusion } from './gitlab/jobs.ts';
export { gitlabConclusion } from './gitlab/pipeline.ts';
export { jenkinsConclusion } from './jenkins/conclusion.ts';
export { type BuildId, buildOfUrl, fullNameOf, printRunId } from './jenkins/ids.ts';
export { branchName } from './jenkins/revision.ts';
export type { CiPlatform, Rerun, Review, ReviewNote, Trigger, TriggerTarget } from './platform.ts';
export { ciSettings } from './settings.ts';

/** Every platform we know: one folder each. */
export const platformFactories: readonly PlatformFactory[] = [github, gitlab, jenkins, playground];

/** The platforms that the environment configures. */
export function ciPlatforms(environment: NodeJS.ProcessEnv): CiPlatform[] {
  return platformFactories.map((factory) => factory(environment)).filter((platform) => platform !== undefined);
}
