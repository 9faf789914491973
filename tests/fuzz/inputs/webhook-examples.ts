import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build, deploymentHook, jobHook, pipelineHook } from '../../../services/detector/test/gitlab-hooks.ts';
import { notificationOf, pipelineRunOf, structured } from '../../../services/detector/test/jenkins-messages.ts';

interface Example {
  headers: Record<string, string>;
  query: string;
  body: string;
}

const JSON_BODY = { 'content-type': 'application/json' };

/** What platforms publish as examples of their webhooks, beside what the table of proofs has. */
export function examplesOf(source: string): Example[] {
  if (source === 'github') return ofGitHub();
  if (source === 'gitlab') return ofGitLab();
  if (source === 'jenkins') return ofJenkins();
  return [];
}

function ofGitHub(): Example[] {
  const require = createRequire(new URL('../../../libs/testing/src/index.ts', import.meta.url));
  const file = require.resolve('@octokit/webhooks-examples/api.github.com/index.json');
  const published = JSON.parse(readFileSync(file, 'utf8')) as { name: string; examples: unknown[] }[];
  return published
    .filter(({ name }) => ['workflow_run', 'workflow_job', 'check_run', 'deployment_status', 'ping'].includes(name))
    .flatMap(({ name, examples }) =>
      examples.map((example) => ({
        ...{ headers: { ...JSON_BODY, 'x-github-event': name, 'x-github-delivery': 'd-1' }, query: '' },
        body: JSON.stringify(example),
      })),
    );
}

function ofGitLab(): Example[] {
  const hooks = {
    'Pipeline Hook': pipelineHook({ id: 1 }),
    'Job Hook': jobHook({}),
    'Deployment Hook': deploymentHook({}),
  };
  return Object.entries(hooks).map(([event, hook]) => ({
    ...{ headers: { ...JSON_BODY, 'x-gitlab-event': event }, query: '', body: JSON.stringify(hook) },
  }));
}

function ofJenkins(): Example[] {
  const event = pipelineRunOf('finished');
  return [
    { headers: JSON_BODY, query: '', body: JSON.stringify(notificationOf()) },
    { headers: { ...JSON_BODY, 'ce-type': event.context.type }, query: '', body: JSON.stringify(event) },
    { headers: { 'content-type': 'application/cloudevents+json' }, query: '', body: JSON.stringify(structured(event)) },
  ];
}

/** Records of runs as platforms list them: what they tell in webhooks, elsewhere. */
export function recordsOf(source: string): unknown[] {
  if (source === 'gitlab') {
    const { object_attributes: attributes, builds } = pipelineHook({ id: 1 }, { builds: [build({ id: 2 })] });
    const web_url = 'https://gitlab.example/acme/shop/-/pipelines/1';
    return [
      { pipeline: { ...(attributes as object), web_url, finished_at: '2026-03-01T10:03:01.742Z' }, jobs: builds },
    ];
  }
  if (source === 'jenkins') {
    const url = 'https://ci.example/job/folder/job/app/12/';
    return [{ url, building: false, result: 'FAILURE', timestamp: 1_772_359_380_000, duration: 180_000 }];
  }
  const runs = ofGitHub().map(({ body }) => JSON.parse(body) as { workflow_run?: object; repository?: object });
  return runs.flatMap(({ workflow_run: run, repository }) => (run === undefined ? [] : [{ ...run, repository }]));
}
