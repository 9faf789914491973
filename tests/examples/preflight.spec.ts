import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServiceProcess, startServiceProcess, startTestNats, type TestServer } from '@prunella/testing';
import { parse } from 'yaml';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(ROOT, 'examples', 'preflight');
const TOKEN = 'a-token-for-the-api';
const WORKFLOW = 'acme/shop/.github/workflows/ci.yml';

let nats: TestServer;
let detector: ServiceProcess;
let target: Server;
let status = 200;
let directory: string;
let files = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'prunella-preflight-'));
  target = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  const policy = join(directory, 'prunella.yaml');
  await writeFile(
    policy,
    `
version: 1
dependencies:
  - name: registry
    kind: http
    url: ${url}
    interval: 1s
    downAfter: 1
    upAfter: 1
    neededBy:
      - { match: { pipeline: "${WORKFLOW}", branch: main } }
      - { match: { repository: acme/shop }, steps: [publish, e2e tests] }
`,
  );
  nats = await startTestNats();
  detector = await startServiceProcess('detector', {
    ...{ NATS_URL: nats.url, PRUNELLA_CONFIG: policy, PRUNELLA_API_TOKEN: TOKEN, LOG_LEVEL: 'warn' },
  });
}, 60_000);

afterAll(async () => {
  await detector?.stop();
  await nats?.stop();
  target?.closeAllConnections();
  target?.close();
  await rm(directory, { recursive: true, force: true });
});

interface Ending {
  code: number;
  /** Both streams. */
  text: string;
}

/** Runs a line as a CI system does, with nothing but `env`. */
function bash(line: string, env: Record<string, string>, cwd = directory): Promise<Ending> {
  return new Promise((resolve) => {
    const options = { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } };
    const child = execFile('bash', ['-e', '-c', line], options, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}

/** Takes the dependency away or brings it back, until the detector knows. */
async function become(next: 'up' | 'down'): Promise<void> {
  status = next === 'up' ? 200 : 503;
  const url = `${detector.url}/v1/preflight?pipeline=x&repository=acme/shop`;
  await until(async () => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    const { dependencies } = (await response.json()) as { dependencies: { state: string }[] };
    return dependencies[0]?.state === next;
  }, `it is ${next}`);
}

/** The action's step with these inputs, in a run of GitHub Actions. */
async function action(inputs: Record<string, string>, ref = 'main'): Promise<Ending & { outputs: string }> {
  const { inputs: declared, runs } = parse(await readFile(join(EXAMPLES, 'action.yml'), 'utf8'));
  const given: Record<string, string> = { url: detector.url, token: TOKEN, wait: '0', ...inputs };
  const [step] = runs.steps as [{ run: string; env: Record<string, string> }];
  const fill = (text: string) =>
    text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name: string) => given[name] ?? declared[name].default);
  const output = join(directory, `output-${++files}`);
  await writeFile(output, '');
  const ending = await bash(step.run, {
    ...Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, fill(text)])),
    GITHUB_ACTION_PATH: EXAMPLES,
    GITHUB_OUTPUT: output,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_REF_NAME: ref,
    GITHUB_WORKFLOW_REF: `${WORKFLOW}@refs/heads/${ref}`,
  });
  return { ...ending, outputs: await readFile(output, 'utf8') };
}

describe('GitHub Actions', () => {
  it('goes while all is there', async () => {
    await become('up');
    expect(await action({})).toMatchObject({ code: 0, outputs: 'answer=go\nskip-steps=[]\n' });
  });

  it('leaves out what it can do without, and waits for what it can not', async () => {
    await become('down');
    expect(await action({}, 'feature/x')).toMatchObject({
      code: 0,
      outputs: 'answer=skip-steps\nskip-steps=["publish","e2e tests"]\n',
    });
    expect(await action({})).toMatchObject({
      code: 1,
      outputs: 'answer=wait\nskip-steps=[]\n',
      text: expect.stringMatching(/registry \(127\.0\.0\.1:\d+\) is down, so the run waits: .*HTTP 503/),
    });
    const waiting = action({ wait: '60' });
    status = 200;
    expect(await waiting).toMatchObject({ code: 0, outputs: 'answer=go\nskip-steps=[]\n' });
  });

  it.each`
    what                            | inputs                                             | code | says
    ${'where nobody answers'}       | ${{ url: 'http://127.0.0.1:9', 'fail-open': '0' }} | ${3} | ${'nobody answers'}
    ${'and it may go'}              | ${{ url: 'http://127.0.0.1:9' }}                   | ${0} | ${'preflight: go'}
    ${'with a wrong token'}         | ${{ token: 'another' }}                            | ${2} | ${'HTTP 401'}
    ${'in a fork, without a token'} | ${{ token: '' }}                                   | ${0} | ${'it has no PRUNELLA_API_TOKEN'}
    ${'where it has to be asked'}   | ${{ token: '', 'fail-open': '0' }}                 | ${2} | ${'HTTP 401'}
    ${'where it is asked nowhere'}  | ${{ url: '' }}                                     | ${0} | ${'PRUNELLA_DETECTOR_URL is not set'}
  `('$what: exit code $code', async ({ inputs, code, says }) => {
    expect(await action(inputs)).toMatchObject({ code, text: expect.stringContaining(says) });
  });
});

it('GitLab: the job asks, and later ones know what to leave out', async () => {
  const { preflight } = parse(await readFile(join(EXAMPLES, '..', 'gitlab', '.gitlab-ci.yml'), 'utf8'));
  const project = join(directory, 'project');
  await mkdir(join(project, 'ci'), { recursive: true });
  await cp(join(EXAMPLES, 'preflight.sh'), join(project, 'ci', 'preflight.sh'));
  const env = {
    PRUNELLA_DETECTOR_URL: detector.url,
    PRUNELLA_API_TOKEN: TOKEN,
    CI_PROJECT_PATH: 'acme/shop',
    CI_COMMIT_REF_NAME: 'x',
  };
  for (const [state, answer, skip] of [
    ['down', 'skip-steps', 'publish,e2e tests'],
    ['up', 'go', ''],
  ] as const) {
    await become(state);
    const asked = await bash(preflight.script.join('\n'), { ...env, ...preflight.variables }, project);
    expect(asked).toMatchObject({ code: 0 });
    const dotenv = await readFile(join(project, preflight.artifacts.reports.dotenv), 'utf8');
    expect(dotenv).toBe(`PREFLIGHT_ANSWER=${answer}\nPREFLIGHT_SKIP=${skip}\n`);
  }
});

it('the workflow uses the action as it is', async () => {
  const { jobs } = parse(await readFile(join(EXAMPLES, '..', 'github', 'preflight.yml'), 'utf8'));
  const { inputs, outputs } = parse(await readFile(join(EXAMPLES, 'action.yml'), 'utf8'));
  const step = jobs.preflight.steps.find(({ id }: { id?: string }) => id === 'preflight');
  for (const name of Object.keys(step.with)) expect(Object.keys(inputs)).toContain(name);
  expect(Object.keys(outputs)).toContain('skip-steps');
});
