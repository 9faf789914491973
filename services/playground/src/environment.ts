import { Flag, optional } from '@prunella/service-kit';
import { z } from 'zod';

export const PlaygroundEnvironment = z.object({
  PLAYGROUND_SEED: optional(z.coerce.number().int()).describe(
    'Repeats the same chances. Default: other ones at each start.',
  ),
  PLAYGROUND_QUIET: Flag.default(false).describe(
    'Start nothing by itself: runs begin by POST /api/scenarios/<name> only.',
  ),
  PLAYGROUND_PUBLIC_URL: optional(z.url()).describe(
    'Where people find its page; used for links in incidents. Default: where it listens.',
  ),
});
export type PlaygroundEnvironment = z.infer<typeof PlaygroundEnvironment>;
