import { type CiPlatform, ciPlatforms } from '@prunella/ci';
import { FakeGitHub, FakeGitLab, FakeJenkins } from '@prunella/testing';
import fc from 'fast-check';
import { broken } from '../../test/broken.ts';
import { build as hookBuild, pipelineHook } from '../../test/gitlab-hooks.ts';
import { notificationOf } from '../../test/jenkins-messages.ts';
import { github } from './github/index.ts';
import { gitlab } from './gitlab/index.ts';
import { jenkins } from './jenkins/index.ts';
import type { Report, Source } from './source.ts';

/** What is found by asking must be the same event as what the webhook tells: else one ending is two. */

const signal = new AbortController().signal;

let fakeGitHub: FakeGitHub;
let fakeGitLab: FakeGitLab;
let fakeJenkins: FakeJenkins;
let platforms: Map<string, CiPlatform>;

beforeAll(async () => {
  [fakeGitHub, fakeGitLab, fakeJenkins] = await Promise.all([
    FakeGitHub.start(),
    FakeGitLab.start(),
    FakeJenkins.start(),
  ]);
  const environment = {
    GITHUB_API_URL: fakeGitHub.url,
    GITHUB_TOKEN: 'ghp_test',
    GITLAB_URL: fakeGitLab.url,
    GITLAB_TOKEN: fakeGitLab.token,
    JENKINS_URL: fakeJenkins.url,
  };
  platforms = new Map(ciPlatforms(environment).map((platform) => [platform.id, platform]));
});

afterAll(() => Promise.all([fakeGitHub?.stop(), fakeGitLab?.stop(), fakeJenkins?.stop()]));

async function recordOf(source: Source, place: string, runId: string): Promise<unknown> {
  const finished = await platforms.get(source.name)?.reader.finishedSince?.(place, 0, { signal });
  const run = finished?.runs.find((one) => one.runId === runId);
  if (run === undefined) throw new Error(`the list has no run ${runId}`);
  return run.record;
}

async function found(source: Source, place: string, runId: string): Promise<Report> {
  return reportIn(source.found?.(await recordOf(source, place, runId), place));
}

function reportIn(heard: ReturnType<Source['read']> | undefined): Report {
  if (heard?.kind !== 'reports') throw new Error(`expected a report, found ${JSON.stringify(heard)}`);
  return heard.reports[0];
}

function read(source: Source, body: unknown, headers: Record<string, string> = {}): Report {
  const delivery = { headers, query: new URLSearchParams(), body: Buffer.from(JSON.stringify(body)) };
  return reportIn(source.read(delivery, () => 'fresh'));
}

it('GitHub: the same in all', async () => {
  const run = fakeGitHub.addRun({ createdAt: '1970-01-01T00:00:00Z', updatedAt: '1970-01-01T00:05:00Z', attempt: 2 });
  const { body, headers } = fakeGitHub.delivery(run, 'secret');
  expect(await found(github, 'acme/shop', String(run.id))).toEqual(read(github, JSON.parse(body), headers));
});

describe('GitLab', () => {
  const at = { hook: '2026-03-01 10:03:01 UTC', api: '2026-03-01T10:03:01.742Z' };

  function hookOf(pipeline: ReturnType<FakeGitLab['addPipeline']>, changes: Record<string, unknown> = {}) {
    const { id, sha, ref, status, jobs } = pipeline;
    const last = [...Map.groupBy(jobs, ({ name }) => name).values()].flatMap((tries) => tries.slice(-1));
    const builds = last.map((job) => hookBuild({ id: job.id, name: job.name, status: job.status }));
    return pipelineHook({ id, sha, ref, status, finished_at: at.hook, ...changes }, { builds });
  }
  const headers = { 'x-gitlab-event': 'Pipeline Hook' };

  it.each(['failed', 'success', 'canceled'])('the same event when it is %s, and tried again', async (status) => {
    const pipeline = fakeGitLab.addPipeline({ jobs: [{ name: 'unit' }, { name: 'lint', status: 'success' }] });
    fakeGitLab.retry(pipeline);
    fakeGitLab.complete(pipeline, status);
    pipeline.updatedAt = at.api;
    const asked = await found(gitlab, 'acme/web/shop', String(pipeline.id));
    const told = read(gitlab, hookOf(pipeline), headers);
    const { id, source, subject, newestJob } = told;
    expect(asked).toMatchObject({ id, source, subject, newestJob });
    const { conclusion, incidentId, headSha, branch, pipelineId } = told.data as unknown as Record<string, unknown>;
    expect(asked.data).toMatchObject({ conclusion, incidentId, headSha, branch, pipelineId });
    const names = (report: Report) => ('jobs' in report.data ? report.data.jobs.map(({ id: job }) => job) : []);
    expect(names(asked).toSorted()).toEqual(names(told).toSorted());
  });

  it("the hooks that the fake sends are GitLab's: the same event, with a job of it in the same attempt", async () => {
    const pipeline = fakeGitLab.addPipeline({ jobs: [{ name: 'unit' }, { name: 'lint', status: 'success' }] });
    fakeGitLab.retry(pipeline);
    fakeGitLab.complete(pipeline, 'failed');
    const [hook, ofJob] = [
      fakeGitLab.pipelineDelivery(pipeline, 'a-token'),
      fakeGitLab.jobDelivery(pipeline, pipeline.jobs.at(-1) as never, 'a-token'),
    ];
    const told = read(gitlab, JSON.parse(hook.body), hook.headers);
    const { id, source, subject, newestJob } = await found(gitlab, 'acme/web/shop', String(pipeline.id));
    expect(told).toMatchObject({ id, source, subject, newestJob });
    expect(hook.headers).toMatchObject({ 'x-gitlab-token': 'a-token' });
    expect(read(gitlab, JSON.parse(ofJob.body), ofJob.headers)).toMatchObject({
      source,
      data: { kind: 'job', attempt: 2, conclusion: 'failure', runId: String(pipeline.id) },
    });
  });

  it('one that could not begin', async () => {
    const pipeline = fakeGitLab.addPipeline({ jobs: [], began: false, yamlErrors: 'jobs: nothing', updatedAt: at.api });
    const asked = await found(gitlab, 'acme/web/shop', String(pipeline.id));
    const told = read(gitlab, hookOf(pipeline, { stages: [] }), headers);
    expect(told.data).toMatchObject({ conclusion: 'startup_failure' });
    expect(asked).toMatchObject({ id: told.id, source: told.source, data: { conclusion: 'startup_failure' } });
  });

  it('is named as GitLab names it, also where it was asked for in another case', async () => {
    const pipeline = fakeGitLab.addPipeline({ updatedAt: at.api });
    const record = await recordOf(gitlab, 'acme/web/shop', String(pipeline.id));
    expect(reportIn(gitlab.found?.(record, 'Acme/Web/Shop'))).toMatchObject({
      source: 'https://gitlab.example.com/acme/web/shop',
      data: { repository: 'acme/web/shop' },
    });
  });
});

it('Jenkins: the same event', async () => {
  const job = 'folder/app/feature%252Fx';
  const build = fakeJenkins.addBuild(job, { result: 'UNSTABLE' });
  const full_url = `${fakeJenkins.url}/job/folder/job/app/job/feature%252Fx/${build.number}/`;
  const told = read(jenkins, notificationOf({ full_url, status: 'UNSTABLE', phase: 'FINALIZED' }));
  const asked = await found(jenkins, job, `${job}#${build.number}`);
  const { conclusion, incidentId, pipelineId, runId } = told.data as unknown as Record<string, unknown>;
  expect(asked).toMatchObject({
    id: told.id,
    source: told.source,
    data: { conclusion, incidentId, pipelineId, runId },
  });
});

describe('a record that is broken in any field', () => {
  it.each(['github', 'gitlab', 'jenkins'])('of %s is refused, or read', async (name) => {
    const source = [github, gitlab, jenkins].find((one) => one.name === name) as Source;
    const run = fakeGitHub.addRun({ createdAt: '1970-01-01T00:00:00Z' });
    const pipeline = fakeGitLab.addPipeline();
    const build = fakeJenkins.addBuild('app');
    const which: Record<string, [string, string]> = {
      github: ['acme/shop', String(run.id)],
      gitlab: ['acme/web/shop', String(pipeline.id)],
      jenkins: ['app', `app#${build.number}`],
    };
    const [place, runId] = which[name] as [string, string];
    const record = (await recordOf(source, place, runId)) as Record<string, unknown>;
    const outcomes = new Set<string>();
    for (const { body } of broken(record)) {
      try {
        outcomes.add(String(source.found?.(body, place).kind));
      } catch (error) {
        expect(['ProblemException', 'ContractViolation']).toContain((error as Error).constructor.name);
        outcomes.add('refused');
      }
    }
    expect([...outcomes]).toEqual(expect.arrayContaining(['refused', 'reports']));
  });

  it('is never anything but an error of its own', () => {
    fc.assert(
      fc.property(fc.constantFrom(github, gitlab, jenkins), fc.jsonValue(), (source, record) => {
        try {
          source.found?.(record, 'a/b');
        } catch (error) {
          expect(['ProblemException', 'ContractViolation']).toContain((error as Error).constructor.name);
        }
      }),
    );
  });
});
