import { parseInput } from '@prunella/service-kit';
import { z } from 'zod';
import type { Heard } from '../source.ts';
import { pipeline } from './pipeline.ts';

/** Only what differs from the hook is read here. */
const FoundPipeline = z.object({
  pipeline: z.looseObject({
    web_url: z.url({ protocol: /^https?$/ }),
    started_at: z.string().nullish(),
    /** Without one it has not ended. */
    finished_at: z.string(),
  }),
  jobs: z.array(z.unknown()),
});

/** A pipeline as the API tells it, with its jobs: what the Pipeline Hook says stands in both. @throws ProblemException or ContractViolation */
export function found(record: unknown, place: string): Heard {
  const { pipeline: told, jobs } = parseInput(FoundPipeline, record);
  const { web_url: url, started_at: startedAt } = told;
  const couldNotBegin = jobs.length === 0 && !startedAt;
  return pipeline({
    // The ref of a merge request's pipeline is here what `complete` makes of the hook's.
    object_attributes: { ...told, url, ...(couldNotBegin && { stages: [] }) },
    project: { path_with_namespace: pathOf(url, place), web_url: url },
    builds: jobs,
  });
}

/** The project's path as GitLab writes it, whatever the case in which it was asked for. GitLab itself may be below a path of its own. */
function pathOf(url: string, place: string): string {
  const path = new URL(url).pathname.replace(/\/-\/.*$/s, '').replace(/^\//, '');
  const own = path.slice(-place.length);
  return own.toLowerCase() === place.toLowerCase() ? own : path;
}
