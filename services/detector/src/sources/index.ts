import { alertmanager } from './alertmanager/index.ts';
import { argoRollouts } from './argo-rollouts/index.ts';
import { cdevents } from './cdevents/index.ts';
import { github } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';
import { healing } from './healing/index.ts';
import { jenkins } from './jenkins/index.ts';
import { junit } from './junit/index.ts';
import { slack } from './slack/index.ts';
import type { Source } from './source.ts';

/** Every webhook that the detector takes. One folder each; adding one edits this list and nothing else. */
export const sources: readonly Source[] = [
  alertmanager,
  argoRollouts,
  cdevents,
  github,
  gitlab,
  healing,
  jenkins,
  junit,
  slack,
];
