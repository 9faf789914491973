import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@prunella/bus';
import { type Events, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { type ServiceProcess, startServiceProcess, startTestNats, type TestServer } from '@prunella/testing';
import { parse } from 'yaml';
import { eventsOn } from '../support/events.ts';
import { bash, type JobEnding, type RunContext, runJob } from '../support/github-job.ts';

/** The scripts of the deployment workflows, copied as their READMEs say, against a real detector; `docker` and `kubectl` only note how they were called. */

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(ROOT, 'examples');
const TOKEN = 'a-token-for-the-api';
const SECRETS = {
  PRUNELLA_API_TOKEN: TOKEN,
  KUBECONFIG: 'the-secret-of-the-cluster',
  MIRROR_TOKEN: 'the-secret-of-the-mirror',
};
const GITHUB_TOKEN = 'the-token-of-github';
const WORKLOAD = { kind: 'Deployment', namespace: 'shop', name: 'web', container: '' };

let nats: TestServer;
let bus: Bus;
let detector: ServiceProcess;
let directory: string;
let shop: string;
let runs = 100;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-shop-'));
  shop = join(directory, 'shop');
  for (const ci of ['github', 'gitlab', 'jenkins']) {
    const [, block = ''] = /```sh\n([\s\S]+?)```/.exec(await readFile(join(EXAMPLES, ci, 'README.md'), 'utf8')) ?? [];
    expect(await bash(block, { PATH: path(), SHOP: shop }, ROOT)).toEqual({ code: 0, text: '' });
  }
  await mkdir(join(shop, '.runner'));
  await writeFile(join(shop, 'Makefile'), 'build test e2e:\n\t@echo made $@\n');
  await mkdir(join(directory, 'bin'));
  const shim = `#!/bin/sh
case $0 in *docker) [ "$1" != login ] || set -- "$@" "$(cat)" ;; esac
echo "\${0##*/} $*" >>"${directory}/calls"
case "$FAIL $*" in yes*"rollout status"*) echo 'error: deployment "web" exceeded its progress deadline' >&2; exit 1 ;; esac
`;
  for (const name of ['docker', 'kubectl']) {
    await writeFile(join(directory, 'bin', name), shim);
    await chmod(join(directory, 'bin', name), 0o755);
  }
  nats = await startTestNats();
  bus = await Bus.connect({ servers: nats.url, name: 'spec' });
  const env = { NATS_URL: nats.url, PRUNELLA_API_TOKEN: TOKEN, LOG_LEVEL: 'warn' };
  detector = await startServiceProcess('detector', env);
}, 60_000);

afterAll(async () => {
  await detector?.stop();
  await bus?.close();
  await nats?.stop();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(() => writeFile(join(directory, 'calls'), ''));

const path = () => process.env['PATH'] ?? '';
const calls = async () => (await readFile(join(directory, 'calls'), 'utf8')).split('\n').filter((line) => line !== '');

/** What was told of a run on a subject. */
async function told<S extends 'pipeline.started' | 'pipeline.finished' | 'pipeline.failed'>(
  subject: S,
  run: string,
): Promise<Events[S][]> {
  return (await eventsOn(bus, subject)).filter(({ runId }) => runId === run || runId === `deploy/${run}`);
}

/** The incident of a run, as the platform's webhook opens it. */
function incidentOf(platform: string, repository: string, pipelineId: string, runId: string): string {
  return completed(parseData('pipeline.failed', { platform, repository, pipelineId, runId }), 'x').incidentId;
}

describe('GitHub', () => {
  let run: string;
  let machine: Record<string, string>;
  let context: RunContext;

  beforeEach(() => {
    run = String(++runs);
    const github = {
      repository: 'Acme/shop',
      ref: 'refs/heads/main',
      event_name: 'push',
      token: GITHUB_TOKEN,
      event: {},
    };
    context = {
      github,
      vars: {
        ...{ PRUNELLA_DETECTOR_URL: detector.url, PRUNELLA_WORKLOAD: 'Deployment/shop/web' },
        MIRROR_REGISTRY: 'mirror.acme.example',
      },
      secrets: SECRETS,
      inputs: {},
      needs: { ask: { outputs: { 'skip-steps': '[]' } }, image: { outputs: { image: 'ghcr.io/acme/shop:c0ffee' } } },
    };
    machine = {
      ...{ PATH: `${join(directory, 'bin')}:${path()}`, GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'Acme/shop' },
      ...{ GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: '2', GITHUB_SHA: 'c0ffee', GITHUB_REF_NAME: 'main' },
      ...{ GITHUB_WORKFLOW_REF: 'Acme/shop/.github/workflows/deploy.yml@refs/heads/main', GITHUB_ACTOR: 'ada' },
      GITHUB_SERVER_URL: 'https://github.com',
    };
  });

  async function job(name: string, more: Record<string, string> = {}): Promise<JobEnding> {
    const file = join(shop, '.github', 'workflows', 'deploy.yml');
    const ending = await runJob(file, name, context, { cwd: shop, environment: { ...machine, ...more } });
    for (const secret of [...Object.values(SECRETS), GITHUB_TOKEN]) expect(ending.log).not.toContain(secret);
    return ending;
  }

  it('asks, and goes on with a runner', async () => {
    const { result, outputs } = await job('ask');
    expect({ result, outputs }).toEqual({
      result: 'success',
      outputs: { 'skip-steps': '[]', runner: 'ubuntu-latest' },
    });
  });

  it('deploys, and says which workload that was', async () => {
    expect((await job('deploy')).result).toBe('success');
    expect(await calls()).toEqual([
      'kubectl --namespace shop set image Deployment/web web=ghcr.io/acme/shop:c0ffee',
      'kubectl --namespace shop rollout status Deployment/web --timeout 10m',
    ]);
    const deployment = {
      ...{ platform: 'github', repository: 'Acme/shop', pipelineId: 'Acme/shop/deploy/production', attempt: 2 },
      ...{ kind: 'deployment', environment: 'production', headSha: 'c0ffee', branch: 'main', workload: WORKLOAD },
      ...{ runId: `deploy/${run}`, url: `https://github.com/Acme/shop/actions/runs/${run}` },
    };
    expect(await told('pipeline.started', run)).toEqual([expect.objectContaining(deployment)]);
    expect(await told('pipeline.finished', run)).toEqual([
      expect.objectContaining({ ...deployment, conclusion: 'success' }),
    ]);
    expect(await told('pipeline.failed', run)).toEqual([]);
    await expect(readFile(join(shop, '.runner', 'kubeconfig'))).rejects.toThrow('ENOENT');
  });

  it('leaves the rollback to Prunella, and tells the failure as that of its run, with the workload', async () => {
    expect((await job('deploy', { FAIL: 'yes' })).result).toBe('failure');
    expect((await calls()).join('\n')).not.toMatch(/undo|rollback/);
    expect(await told('pipeline.finished', run)).toEqual([]);
    expect(await told('pipeline.failed', run)).toEqual([
      expect.objectContaining({
        ...{ kind: 'run', runId: run, attempt: 2, workload: WORKLOAD, environment: 'production' },
        incidentId: incidentOf('github', 'Acme/shop', 'x', run),
        error: expect.objectContaining({ message: 'error: deployment "web" exceeded its progress deadline' }),
      }),
    ]);
  });

  it('leaves it to Argo Rollouts to say how a canary ends', async () => {
    context.vars['PRUNELLA_WORKLOAD'] = 'Rollout/shop/web';
    expect((await job('deploy')).result).toBe('success');
    expect(await calls()).toEqual([
      expect.stringMatching(
        /^kubectl --namespace shop patch rollouts\.argoproj\.io web --type json --patch \[\{"op":"replace"/,
      ),
    ]);
    expect(await told('pipeline.started', run)).toHaveLength(1);
    expect(await told('pipeline.finished', run)).toEqual([]);
  });

  it('goes the usual way, or the other with what Prunella sends', async () => {
    expect(await job('image')).toMatchObject({
      result: 'success',
      outputs: { image: 'ghcr.io/acme/shop:c0ffee' },
    });
    expect((await calls())[0]).toBe(`docker login ghcr.io --username ada --password-stdin ${GITHUB_TOKEN}`);
    context.inputs = { registry: 'mirror.acme.example' };
    context.github['event_name'] = 'workflow_dispatch';
    await writeFile(join(directory, 'calls'), '');
    expect((await job('image')).outputs).toEqual({ image: 'mirror.acme.example/acme/shop:c0ffee' });
    // GitHub's token is not for others.
    expect((await calls()).join('\n')).not.toContain(GITHUB_TOKEN);
    expect((await calls())[0]).toContain(SECRETS.MIRROR_TOKEN);
  });

  it('takes no registry that is none of ours, by whomever it is sent', async () => {
    context.github['event'] = { client_payload: { registry: 'evil.example"; env; "' } };
    const { result, log } = await job('image');
    expect({ result, log }).toEqual({ result: 'failure', log: expect.stringContaining('REGISTRY is none of') });
    expect(await calls()).toEqual([]);
  });

  it.each`
    what                                 | vars
    ${'without secrets and variables'}   | ${'none'}
    ${'without secrets, with variables'} | ${'all'}
  `('goes on in a fork $what, and deploys nothing', async ({ vars }) => {
    context.secrets = {};
    if (vars === 'none') context.vars = {};
    Object.assign(context.github, { event_name: 'pull_request', ref: 'refs/pull/7/merge' });
    expect(await job('ask', { GITHUB_REF_NAME: '7/merge' })).toMatchObject({
      result: 'success',
      outputs: { 'skip-steps': '[]', runner: 'ubuntu-latest' },
    });
    expect(await job('test')).toMatchObject({ result: 'success', log: 'made build\nmade test\nmade e2e\n' });
    expect(await job('image')).toMatchObject({ result: 'skipped' });
  });

  it('leaves out what Prunella says, and reports that nobody could be told without failing', async () => {
    context.needs['ask'] = { outputs: { 'skip-steps': '["e2e"]' } };
    expect((await job('test')).log).toBe('made build\nmade test\n');
    context.vars['PRUNELLA_DETECTOR_URL'] = 'http://127.0.0.1:9';
    const tell = `sh ci/tell.sh deployment_started`;
    const env = { ...machine, PRUNELLA_DETECTOR_URL: `${detector.url}/elsewhere`, PRUNELLA_API_TOKEN: TOKEN };
    expect(await bash(tell, env, shop)).toMatchObject({
      code: 0,
      text: expect.stringContaining('not told of deployment_started'),
    });
  });
});

it('tell.sh says anything, whatever characters it has', async () => {
  const message = 'a "quoted" \\ back\\slash\n\ttab \u001b[31m $(date) `id` ü €';
  const env = { PATH: path(), PRUNELLA_DETECTOR_URL: detector.url, PRUNELLA_API_TOKEN: TOKEN, MESSAGE: message };
  const about = { PRUNELLA_PIPELINE: 'nightly "x"', PRUNELLA_RUN: '77' };
  expect((await bash('sh ci/tell.sh build_failed "$MESSAGE" Broken', { ...env, ...about }, shop)).text).toContain(
    'accepted',
  );
  expect(await told('pipeline.failed', '77')).toEqual([
    expect.objectContaining({
      ...{ pipelineId: 'nightly "x"', platform: 'generic', attempt: 1 },
      error: { message: 'a "quoted" \\ back\\slash\n tab [31m $(date) `id` ü €', type: 'Broken', stack: '' },
    }),
  ]);
});

describe('GitLab', () => {
  interface GitLabJob {
    script: string[];
    after_script?: string[];
    variables?: Record<string, string>;
  }

  async function job(name: string, more: Record<string, string> = {}) {
    const file = parse(await readFile(join(shop, '.gitlab-ci.yml'), 'utf8'));
    const { script, after_script: after = [], variables = {} } = file[name] as GitLabJob;
    const given = Object.entries<string | { value: string }>(file.variables).map(([variable, value]) => [
      variable,
      typeof value === 'string' ? value : value.value,
    ]);
    const env = {
      ...{ PATH: `${join(directory, 'bin')}:${path()}`, GITLAB_CI: 'true', CI_PROJECT_PATH: 'acme/web/shop' },
      ...{ CI_PIPELINE_ID: '501', CI_JOB_ID: '9001', CI_COMMIT_SHA: 'c0ffee', CI_COMMIT_REF_NAME: 'main' },
      ...{ CI_PIPELINE_URL: 'https://gitlab.example/acme/web/shop/-/pipelines/501', CI_ENVIRONMENT_NAME: 'production' },
      ...{ PRUNELLA_DETECTOR_URL: detector.url, PRUNELLA_API_TOKEN: TOKEN },
      ...{ REGISTRY_USER: 'ci', REGISTRY_TOKEN: 'the-secret-of-the-registry' },
      ...Object.fromEntries(given),
      ...variables,
      ...more,
    };
    const ending = await bash(script.join('\n'), env, shop);
    const status = ending.code === 0 ? 'success' : 'failed';
    const afterwards = await bash(after.join('\n'), { ...env, CI_JOB_STATUS: status }, shop);
    return { ...ending, text: ending.text + afterwards.text };
  }

  it('asks, leaves out what it is told to, and pushes only to registries of ours', async () => {
    expect(await job('preflight')).toMatchObject({ code: 0 });
    expect(await readFile(join(shop, 'preflight.env'), 'utf8')).toBe('PREFLIGHT_ANSWER=go\nPREFLIGHT_SKIP=\n');
    expect(await job('size')).toMatchObject({ code: 0, text: expect.stringContaining('measured runs are known') });
    expect((await job('test', { PREFLIGHT_SKIP: 'x,e2e' })).text).toBe('made test\ne2e is left out, Prunella says\n');
    expect((await job('test')).text).toBe('made test\nmade e2e\n');
    expect(await job('push-image', { REGISTRY: 'evil.example' })).toMatchObject({ code: 1 });
    expect(await calls()).toEqual([]);
    expect(await job('push-image', { REGISTRY: 'mirror.acme.example' })).toMatchObject({ code: 0, text: '' });
    expect((await calls()).at(-1)).toBe('docker push mirror.acme.example/acme/web/shop:c0ffee');
  });

  it('deploys and tells, or fails and tells', async () => {
    expect(await job('deploy')).toMatchObject({ code: 0 });
    expect(await told('pipeline.finished', '9001')).toEqual([
      expect.objectContaining({
        ...{ platform: 'gitlab', repository: 'acme/web/shop', pipelineId: 'acme/web/shop/deploy/production' },
        ...{ workload: WORKLOAD, environment: 'production', conclusion: 'success' },
      }),
    ]);
    expect(await job('deploy', { FAIL: 'yes' })).toMatchObject({ code: 1 });
    expect(await told('pipeline.failed', '501')).toEqual([
      expect.objectContaining({
        ...{
          kind: 'run',
          workload: WORKLOAD,
          incidentId: incidentOf('gitlab', 'acme/web/shop', 'acme/web/shop', '501'),
        },
        error: expect.objectContaining({ message: expect.stringContaining('exceeded its progress deadline') }),
      }),
    ]);
  });
});

describe('Jenkins', () => {
  /** The shell steps of a stage, or of its `post`. */
  async function steps(stage: string): Promise<string[]> {
    const text = await readFile(join(shop, 'Jenkinsfile'), 'utf8');
    const part = text.split(`stage('${stage}')`)[1]?.split("stage('")[0] ?? '';
    return [...part.matchAll(/\bsh (?:'''([\s\S]*?)'''|'([^'\n]*)')/g)].map(([, long, short]) => long ?? short ?? '');
  }

  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    ...{ PATH: `${join(directory, 'bin')}:${path()}`, JENKINS_URL: 'https://ci.example/jenkins/' },
    ...{
      BUILD_URL: 'https://ci.example/jenkins/job/web/job/feature%252Fx/17/',
      BUILD_NUMBER: '17',
      JOB_NAME: 'web/feature%2Fx',
    },
    ...{
      GIT_COMMIT: 'c0ffee',
      BRANCH_NAME: 'feature/x',
      PRUNELLA_DETECTOR_URL: detector.url,
      PRUNELLA_API_TOKEN: TOKEN,
    },
    ...{
      PRUNELLA_ENVIRONMENT: 'production',
      PRUNELLA_WORKLOAD: 'Deployment/shop/web',
      PREFLIGHT_DOTENV: 'preflight.env',
    },
    ...{
      REGISTRY: 'registry.acme.example',
      REGISTRIES: 'registry.acme.example',
      REGISTRY_USER: 'ci',
      REGISTRY_TOKEN: 's3cr3t',
    },
    ...more,
  });
  const RUN = 'web/feature%252Fx#17';

  it('asks, builds and deploys', async () => {
    const [ask = ''] = await steps('Preflight');
    expect(await bash(ask, env(), shop)).toMatchObject({ code: 0, text: expect.stringContaining('preflight: go') });
    const image = await steps('Image');
    expect(await bash(image.join('\n'), env(), shop)).toMatchObject({ code: 0, text: '' });
    expect((await calls()).at(-1)).toBe('docker push registry.acme.example/acme/shop:c0ffee');
    expect(await bash(image.join('\n'), env({ REGISTRY: 'evil.example' }), shop)).toMatchObject({ code: 1 });
    const [started = '', rollOut = '', out = '', failed = ''] = await steps('Deploy');
    for (const script of [started, rollOut, out]) expect((await bash(script, env(), shop)).code).toBe(0);
    expect(await told('pipeline.finished', RUN)).toEqual([
      expect.objectContaining({ platform: 'jenkins', workload: WORKLOAD, repository: '', headSha: 'c0ffee' }),
    ]);
    expect((await bash(rollOut, env({ FAIL: 'yes' }), shop)).code).toBe(1);
    expect((await bash(failed, env(), shop)).code).toBe(0);
    expect(await told('pipeline.failed', RUN)).toEqual([
      expect.objectContaining({
        ...{ pipelineId: 'web/feature%252Fx', incidentId: incidentOf('jenkins', '', 'web/feature%252Fx', RUN) },
        error: expect.objectContaining({ message: expect.stringContaining('exceeded its progress deadline') }),
      }),
    ]);
  });
});
