import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeJob, FakeKubernetes, WebApp } from '@prunella/testing';
import { parse, stringify } from 'yaml';
import { type RunContext, runJob } from '../support/github-job.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * The deployment workflow and the policy that are to be copied (examples/github), with a whole Prunella: what it deployed badly is rolled back by Prunella,
 * and where reruns do not help Prunella starts it the other way.
 */

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const WORKFLOW = join(EXAMPLES, 'github', 'self-healing-deployment.yml');
const TOKEN = 'a-token-for-the-api';
const NETWORK_LOG = [
  '2026-01-01T00:00:00.0000000Z ##[group]Run npm ci',
  '2026-01-01T00:02:01.0000000Z npm error code ETIMEDOUT',
  '2026-01-01T00:02:01.0000000Z npm error network request to https://registry.npmjs.org/react failed, reason: connect ETIMEDOUT 104.16.1.34:443',
  '2026-01-01T00:02:01.0000000Z ##[error]Process completed with exit code 1.',
].join('\n');
const FAILED: FakeJob = { name: 'image', conclusion: 'failure', failedStep: 'push', log: NETWORK_LOG };

let system: System;
let kubernetes: FakeKubernetes;
let app: WebApp;
let control: Server;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-deployment-'));
  [kubernetes, app] = await Promise.all([FakeKubernetes.start(), WebApp.start('web')]);
  kubernetes.addDeployment('web', ['v1']);
  kubernetes.settle('web', 'complete');
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, kubernetes.kubeconfig);
  await makeProject();
  system = await startSystem({
    policy: await policy(),
    of: { remediator: { KUBECONFIG: kubeconfig }, detector: { PRUNELLA_API_TOKEN: TOKEN } },
  });
}, 120_000);

afterAll(async () => {
  await system?.stop();
  control?.closeAllConnections();
  control?.close();
  await Promise.all([kubernetes?.stop(), app?.stop()]);
  await rm(directory, { recursive: true, force: true });
});

/** The one of the example, with seconds for minutes, and without what is probed outside. */
async function policy(): Promise<string> {
  const { dependencies: _, ...example } = parse(await readFile(join(EXAMPLES, 'github', 'prunella.yaml'), 'utf8'));
  const [watch] = example.watches;
  const quick = { stabilise: '1s', every: '1s', failures: 2, checks: 3, errorRate: false, url: `${app.url}/health` };
  const watches = [{ ...watch, ...quick, workload: { ...watch.workload, namespace: 'default' } }];
  return stringify({ ...example, watches });
}

/** A repository with what is to be copied, a `kubectl` that changes the stand-in for the cluster, and a `docker` that notes what is pushed. */
async function makeProject(): Promise<void> {
  for (const path of ['ci', '.runner', 'bin']) await mkdir(join(directory, path));
  for (const script of ['publish/shell/tell.sh', 'deploy/roll-out.sh']) {
    await cp(join(EXAMPLES, script), join(directory, 'ci', script.split('/').at(-1) ?? ''));
  }
  control = createServer((request, response) => {
    const image = new URL(request.url ?? '', 'http://control').searchParams.get('image') ?? '';
    kubernetes.rollOut('web', image);
    kubernetes.settle('web', 'complete');
    response.end();
  });
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(control.address() as AddressInfo).port}/`;
  const shims = {
    kubectl: `case "$*" in *"set image"*) curl -sSf -G ${url} --data-urlencode "image=\${*##*=}" ;; esac`,
    docker: `[ "$1" != login ] || cat >/dev/null; echo "$*" >>"${directory}/pushed"`,
  };
  for (const [name, line] of Object.entries(shims)) {
    await writeFile(join(directory, 'bin', name), `#!/bin/sh\n${line}\n`);
    await chmod(join(directory, 'bin', name), 0o755);
  }
}

function job(name: string, runId: number, inputs: Record<string, string> = {}) {
  const context: RunContext = {
    github: { repository: 'acme/shop', ref: 'refs/heads/main', event_name: 'push', token: 'x', event: {} },
    vars: {
      ...{ PRUNELLA_DETECTOR_URL: system.services.detector.url, PRUNELLA_WORKLOAD: 'Deployment/default/web' },
      MIRROR_REGISTRY: 'mirror.acme.example',
    },
    secrets: { PRUNELLA_API_TOKEN: TOKEN, MIRROR_TOKEN: 'y' },
    inputs,
    needs: { image: { outputs: { image: 'v2' } } },
  };
  const environment = {
    ...{ PATH: `${join(directory, 'bin')}:${process.env['PATH']}`, GITHUB_ACTIONS: 'true', GITHUB_ACTOR: 'ada' },
    ...{ GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: String(runId), GITHUB_SHA: 'c0ffee', GITHUB_REF_NAME: 'main' },
    GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/deploy.yml@refs/heads/main',
    GITHUB_SERVER_URL: 'https://github.com',
  };
  return runJob(WORKFLOW, name, context, { cwd: directory, environment });
}

it('what was deployed and is not well is rolled back by Prunella, once, and is well again', async () => {
  app.status = 503;
  expect(await job('deploy', 1)).toMatchObject({ result: 'success' });
  expect(kubernetes.image('web')).toBe('v2');
  await until(() => kubernetes.effects.length > 0, 'the rollback', 60_000);
  app.status = 200;
  kubernetes.settle('web', 'complete');
  const incident = await incidentWith(system, ({ outcome }) => outcome !== null, 'the outcome', 60_000);
  expect(incident).toMatchObject({
    ...{ repository: 'acme/shop', pipelineId: 'acme/shop/deploy/production', source: 'github' },
    ...{ cause: 'deploy_failure', action: 'rollback', verdict: 'acting', outcome: 'healed' },
  });
  expect(kubernetes.effects).toEqual(['default/web -> v1']);
}, 150_000);

it('where a rerun does not help, Prunella starts the workflow the other way, and that heals it', async () => {
  const { github } = system;
  const run = github.addRun({
    ...{ path: '.github/workflows/deploy.yml', workflow: 'deploy' },
    jobs: [FAILED],
  });
  await system.deliver(run);
  await until(() => github.effects.length > 0, 'the rerun', 60_000);
  github.completeRun(run, 'failure', [FAILED]);
  await system.deliver(run);
  const [{ run: other, inputs }] = await until(
    () => github.dispatched.length > 0 && (github.dispatched as [(typeof github.dispatched)[0]]),
    'the other way',
    60_000,
  );
  expect(other.path).toBe('.github/workflows/deploy.yml');
  // What Prunella sends, the workflow understands.
  expect(await job('image', other.id, inputs as Record<string, string>)).toMatchObject({ result: 'success' });
  expect(await readFile(join(directory, 'pushed'), 'utf8')).toContain('push mirror.acme.example/acme/shop:c0ffee');
  github.completeRun(other, 'success');
  await system.deliver(other);
  const fits = ({ runId, outcome }: { runId: string; outcome: string | null }) =>
    runId === String(run.id) && outcome === 'healed';
  expect(await incidentWith(system, fits, 'healed', 60_000)).toMatchObject({ action: 'alternative_path' });
  expect(github.violations).toEqual([]);
}, 200_000);
