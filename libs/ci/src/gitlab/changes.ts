import type { Run } from '@prunella/contracts';
import { z } from 'zod';
import { unlessMissing } from '../unless-missing.ts';
import type { GitLabClient } from './client.ts';
import { projectOf } from './ids.ts';
import { defaultBranch } from './project.ts';

const ApiDiff = z.object({ old_path: z.string(), new_path: z.string() });
const ApiComparison = z.object({ diffs: z.array(ApiDiff) });

/** A change that touches more touches everything. */
const MOST_FILES = 1_000;

/** See `CiReader.changedFiles`. GitLab's limits of a diff may cut the list; a file that was renamed is told by both names. */
export async function changedFiles(client: GitLabClient, run: Run, signal: AbortSignal): Promise<string[] | undefined> {
  if (run.headSha === '') return undefined;
  const base = await defaultBranch(client, run, signal);
  if (base === undefined) return undefined;
  const diffs = await unlessMissing(
    run.branch === base ? commitDiff(client, run, signal) : comparedWith(client, run, base, signal),
  );
  return diffs && [...new Set(diffs.flatMap(({ old_path, new_path }) => [old_path, new_path]))];
}

async function comparedWith(client: GitLabClient, run: Run, base: string, signal: AbortSignal) {
  const query = new URLSearchParams({ from: base, to: run.headSha });
  const path = `${projectOf(run)}/repository/compare?${query}`;
  return (await client.get(ApiComparison, 'compare commits', path, signal)).diffs;
}

async function commitDiff(client: GitLabClient, run: Run, signal: AbortSignal) {
  const path = `${projectOf(run)}/repository/commits/${encodeURIComponent(run.headSha)}/diff`;
  const found: z.infer<typeof ApiDiff>[] = [];
  for await (const page of client.pages(ApiDiff, 'get the diff of a commit', { path }, signal)) {
    found.push(...page);
    if (found.length >= MOST_FILES) break;
  }
  return found;
}
