import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ciPlatforms } from '@prunella/ci';
import type { Run } from '@prunella/contracts';
import { ProviderError } from '@prunella/core';
import { BadLogQuery, BadQuery, Loki, Prometheus } from '@prunella/metrics';
import { jsonBytes, nested } from '../inputs/json.ts';
import { bytesOf, type Target } from '../target.ts';

/** What every question is answered with. A server of other people's, so that requests and bodies are real. */
let answer: Uint8Array = new Uint8Array();
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
server.unref();
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A platform that goes on for ever is left when its time is over, as its callers do. */
const WITHIN_MS = 5_000;
const MOST = 8 * 1024 ** 2;

const run: Run = {
  ...{ pipelineId: 'acme/shop', platform: '', repository: 'acme/shop', runId: '4711', attempt: 1, headSha: 'c6d86dc' },
  ...{ branch: 'main', environment: '', url: '', name: 'ci', kind: 'run' },
};

const REFUSALS = [ProviderError, BadQuery, BadLogQuery];

type Question = (signal: AbortSignal) => Promise<unknown>;

function target(name: string, reads: string, ask: Question | readonly Question[], samples: readonly unknown[]): Target {
  const questions = [ask].flat() as readonly Question[];
  return {
    name: `answers/${name}`,
    reads,
    doors: [`answer:${name}`, 'decoder:libs/http/src/body.ts', 'decoder:libs/ci/src/large-json.ts'],
    seeds: () => samples.map((sample) => bytesOf(JSON.stringify(sample))),
    inputs: jsonBytes(samples),
    bombs: {
      'more than is taken': () => bytesOf(`"${'x'.repeat(MOST + 10)}"`),
      deep: () => bytesOf(nested('[', ']', MOST / 2)),
      'many of the first': () => bytesOf(JSON.stringify(Array.from({ length: 2_000 }, () => samples[0]))),
    },
    async read(bytes) {
      answer = bytes;
      const refused: unknown[] = [];
      // Each question is asked, also after one that was refused.
      for (const question of questions) {
        await question(AbortSignal.timeout(WITHIN_MS)).catch((error: unknown) => {
          if (!REFUSALS.some((known) => error instanceof known)) throw error;
          refused.push(error);
        });
      }
      if (refused.length === questions.length) throw refused[0];
    },
    errors: REFUSALS,
  };
}

const prometheus = new Prometheus({ url });
const loki = new Loki({ url });
const range = { from: 1_772_000_000_000, to: 1_772_000_600_000, limit: 100 };

const PLATFORMS: Readonly<
  Record<string, { environment: NodeJS.ProcessEnv; samples: readonly unknown[]; runId: string }>
> = {
  github: {
    environment: { GITHUB_TOKEN: 'any', GITHUB_API_URL: url },
    runId: '4711',
    samples: [
      {
        id: 4711,
        run_attempt: 1,
        status: 'completed',
        conclusion: 'failure',
        head_sha: 'c6d86dc',
        head_branch: 'main',
        created_at: '2026-03-01T10:00:00Z',
        updated_at: '2026-03-01T10:03:00Z',
        run_started_at: '2026-03-01T10:00:00Z',
        html_url: 'https://github.example/r',
        event: 'push',
        path: '.github/workflows/ci.yml',
        workflow_id: 7,
        repository: { full_name: 'acme/shop' },
      },
      {
        total_count: 1,
        jobs: [
          {
            id: 9,
            run_id: 4711,
            run_attempt: 1,
            name: 'build',
            status: 'completed',
            conclusion: 'failure',
            started_at: '2026-03-01T10:00:00Z',
            completed_at: '2026-03-01T10:03:00Z',
            steps: [{ name: 'test', number: 1, status: 'completed', conclusion: 'failure' }],
            html_url: 'x',
            check_run_url: 'x',
          },
        ],
      },
      {
        total_count: 1,
        workflow_runs: [
          {
            id: 4711,
            run_attempt: 1,
            status: 'completed',
            conclusion: 'success',
            head_sha: 'c6d86dc',
            head_branch: 'main',
            updated_at: '2026-03-01T10:03:00Z',
            created_at: '2026-03-01T10:00:00Z',
          },
        ],
      },
      {
        total_count: 1,
        artifacts: [
          {
            id: 3,
            name: 'junit',
            size_in_bytes: 100,
            expired: false,
            created_at: '2026-03-01T10:01:00Z',
            archive_download_url: `${url}/zip`,
          },
        ],
      },
      { files: [{ filename: 'src/a.ts' }], commits: [] },
    ],
  },
  gitlab: {
    environment: { GITLAB_TOKEN: 'any', GITLAB_URL: url },
    runId: '4711',
    samples: [
      {
        id: 4711,
        status: 'failed',
        sha: 'c6d86dc',
        ref: 'main',
        created_at: '2026-03-01T10:00:00Z',
        updated_at: '2026-03-01T10:03:00Z',
        started_at: '2026-03-01T10:00:00Z',
        finished_at: '2026-03-01T10:03:00Z',
        duration: 170,
        web_url: 'https://gitlab.example/p',
        project_id: 7,
        default_branch: 'main',
        full_name: 'acme/shop',
      },
      [
        {
          id: 9,
          name: 'unit',
          status: 'failed',
          stage: 'test',
          failure_reason: 'script_failure',
          allow_failure: false,
          web_url: 'x',
          created_at: '2026-03-01T10:00:00Z',
          started_at: null,
          finished_at: null,
          pipeline: { id: 4711 },
          artifacts: [{ file_type: 'junit', filename: 'junit.xml.gz', size: 10 }],
        },
      ],
      {
        total_count: 1,
        test_suites: [
          {
            name: 'unit',
            total_count: 1,
            test_cases: [
              { status: 'failed', name: 'a', classname: 'B', execution_time: 0.1, system_output: 'boom', file: null },
            ],
          },
        ],
      },
    ],
  },
  jenkins: {
    environment: { JENKINS_URL: url, JENKINS_USER: 'ada', JENKINS_TOKEN: 'any' },
    runId: 'folder/app#12',
    samples: [
      {
        number: 12,
        result: 'FAILURE',
        building: false,
        timestamp: 1_772_359_380_000,
        duration: 180_000,
        url: `${url}/job/app/12/`,
        actions: [
          {
            _class: 'hudson.plugins.git.util.BuildData',
            lastBuiltRevision: { SHA1: 'c6d86dc', branch: [{ name: 'origin/main', SHA1: 'c6d86dc' }] },
          },
          { causes: [{ upstreamProject: 'a', upstreamBuild: 1 }] },
        ],
        previousBuild: null,
      },
      {
        builds: [{ number: 12, result: 'FAILURE', building: false, timestamp: 1_772_359_380_000, duration: 180_000 }],
        inQueue: false,
        queueItem: null,
      },
      {
        suites: [
          {
            name: 'a',
            cases: [
              {
                className: 'a.B',
                name: 'c',
                status: 'FAILED',
                duration: 0.1,
                errorDetails: 'boom',
                errorStackTrace: null,
              },
            ],
          },
        ],
      },
    ],
  },
};

function ofPlatform(id: string): Target {
  const { environment, samples, runId } = PLATFORMS[id] as (typeof PLATFORMS)[string];
  const reader = ciPlatforms(environment).find((platform) => platform.id === id)?.reader;
  if (reader === undefined) throw new Error(`${id} is not configured by ${Object.keys(environment)}`);
  const about = { ...run, platform: id, runId };
  const questions: Question[] = [
    (signal) => reader.state(about, signal),
    async (signal) => await reader.details?.(about, '9', signal),
    (signal) => reader.failedJobs(about, { maxBytesPerLog: 100_000, maxJobs: 5, signal }),
    async (signal) =>
      await reader.greenLogs?.(about, ['build'], { maxPerJob: 1, maxBytesPerLog: 10_000, signal } as never),
    async (signal) => await reader.changedFiles?.(about, signal),
    async (signal) =>
      await reader.finishedSince?.(id === 'jenkins' ? 'folder/app' : 'acme/shop', 1_772_000_000_000, { signal }),
    async (signal) => await reader.ended?.(about, signal),
    async (signal) => {
      for await (const _ of reader.testReports?.(about, { isReport: () => true, signal }) ?? [])
        if (signal.aborted) return;
    },
  ];
  return target(id, `answers of ${id}: runs, jobs, logs, artefacts`, questions, samples);
}

export const targets: readonly Target[] = [
  target(
    'prometheus',
    'answers of Prometheus',
    [(signal) => prometheus.value('up', signal), (signal) => prometheus.series('up', signal)],
    [
      {
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: { job: 'a' }, value: [1_772_359_380.1, '0.5'] }] },
      },
      { status: 'success', data: { resultType: 'scalar', result: [1, 'NaN'] } },
      { status: 'success', data: { resultType: 'matrix', result: [] } },
      { status: 'error', errorType: 'bad_data', error: 'parse error' },
    ],
  ),
  target('loki', 'answers of Loki', (signal) => loki.lines('{a="b"}', range, signal), [
    {
      status: 'success',
      data: {
        resultType: 'streams',
        result: [
          {
            stream: {},
            values: [
              ['1772359380000000000', 'a line'],
              ['1772359380000000001', 'b', { a: 'b' }],
            ],
          },
        ],
      },
    },
    {
      status: 'success',
      data: { resultType: 'streams', result: [{ stream: {}, values: [['99999999999999999999999999', 'a line']] }] },
    },
    { status: 'success', data: { resultType: 'vector', result: [] } },
  ]),
  ...Object.keys(PLATFORMS).map(ofPlatform),
];
