import { basename } from 'node:path';
import { type Answer, pageOf } from './http.ts';
import type { FakeRun } from './model.ts';
import { runJson, workflowIdOf } from './payloads.ts';

/** GitHub gives out no more of a search. */
const MOST_FOUND = 1_000;

/** Runs as GitHub lists them: the newest by their first attempt come first. Of `created` it knows `<=` and `>=` a time. */
export function listRuns(runs: readonly FakeRun[], query: URLSearchParams): Answer {
  const [branch, status, created, event] = ['branch', 'status', 'created', 'event'].map((name) => query.get(name));
  const latest = /^<=(.+)$/.exec(created ?? '')?.[1];
  const earliest = /^>=(.+)$/.exec(created ?? '')?.[1];
  const found = runs
    .filter((run) => event === null || (run.event ?? 'push') === event)
    .filter((run) => earliest === undefined || Date.parse(run.createdAt) >= Date.parse(earliest))
    .filter((run) => branch === null || run.branch === branch)
    .filter((run) => status === null || run.status === status || run.conclusion === status)
    .filter((run) => latest === undefined || Date.parse(run.createdAt) <= Date.parse(latest))
    .toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt) || b.id - a.id);
  const page = pageOf(found.slice(0, MOST_FOUND), query);
  return { status: 200, body: { total_count: found.length, workflow_runs: page.map(listed) } };
}

/** By its number or the name of its file. */
export function isOf(run: FakeRun, workflow: string): boolean {
  return [String(workflowIdOf(run)), basename(run.path)].includes(workflow);
}

function listed(run: FakeRun): unknown {
  return { ...runJson(run), ...run.oddly };
}
