import { github } from './github/index.ts';
import { healing } from './healing/index.ts';
import { junit } from './junit/index.ts';
import { slack } from './slack/index.ts';
import type { Source } from './source.ts';

/** Every webhook that the detector takes. One folder each; adding one edits this list and nothing else. */
export const sources: readonly Source[] = [github, healing, junit, slack];
