import type { Run } from '@prunella/contracts';
import { z } from 'zod';
import { unlessMissing } from '../unless-missing.ts';
import type { GitLabClient } from './client.ts';
import { projectOf } from './ids.ts';

const ApiProject = z.object({ default_branch: z.string().nullish() });

/** undefined: the project is not there, or has no branch yet. Throws ProviderError. */
export async function defaultBranch(client: GitLabClient, run: Run, signal: AbortSignal): Promise<string | undefined> {
  const project = await unlessMissing(client.get(ApiProject, 'get project', projectOf(run), signal));
  return project?.default_branch ?? undefined;
}
