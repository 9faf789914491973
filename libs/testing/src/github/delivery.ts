import { createHmac, randomUUID } from 'node:crypto';
import type { FakeRun } from './model.ts';
import { repositoryJson, runJson } from './payloads.ts';

/** A webhook delivery, ready to be posted. */
export interface Delivery {
  body: string;
  headers: Record<string, string>;
}

/** A signed `workflow_run` delivery about a run as it is now. */
export function workflowRunDelivery(run: FakeRun, secret: string): Delivery {
  const action = run.status === 'completed' ? 'completed' : run.status === 'queued' ? 'requested' : 'in_progress';
  const { display_title: _title, ...workflow_run } = runJson(run);
  const workflow = { id: 11, node_id: 'W_11', name: run.workflow, path: run.path, state: 'active' };
  const repository = repositoryJson(run.repository);
  const body = JSON.stringify({ action, workflow_run, workflow, repository, sender: repository.owner });
  return { body, headers: signedHeaders('workflow_run', body, secret) };
}

/** Headers of a webhook delivery as GitHub sends it. */
export function signedHeaders(
  event: string,
  body: string,
  secret: string,
  delivery: string = randomUUID(),
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/1',
    'x-github-event': event,
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
}
