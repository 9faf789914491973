import { jobsOf, listPipelines, page } from '../lists.ts';
import * as json from '../payloads.ts';
import { attemptOf, type GitLabWorld } from '../world.ts';
import { type Answers, begin, missing, ofPipeline } from './answer.ts';

/** Pipelines and their jobs. */
export function pipelineAnswers(
  world: GitLabWorld,
): Answers<
  | 'pipelines'
  | 'pipeline'
  | 'jobs'
  | 'bridges'
  | 'testReport'
  | 'variables'
  | 'trace'
  | 'createPipeline'
  | 'retryPipeline'
  | 'retryJob'
> {
  return {
    pipelines: ({ query }, project) =>
      page(listPipelines(world.pipelinesOf(project), project, query).map(json.pipelineBasicJson), query),
    pipeline: (_, project, [, id]) =>
      ofPipeline(world, project, id, (found) => ({ status: 200, body: json.pipelineJson(found) })),
    jobs: ({ query }, project, [, id]) =>
      ofPipeline(world, project, id, (found) =>
        page(
          jobsOf(found, query).map((job) => json.jobJson(found, job)),
          query,
        ),
      ),
    bridges: ({ query }, project, [, id]) =>
      ofPipeline(world, project, id, (found) => {
        const scope = query.getAll('scope[]');
        const wanted = found.bridges.filter(({ status }) => scope.length === 0 || scope.includes(status));
        return page(
          wanted.map((bridge, index) => json.bridgeJson(found, bridge, index)),
          query,
        );
      }),
    testReport: (_, project, [, id]) =>
      ofPipeline(world, project, id, ({ tests }) => ({ status: 200, body: { total_count: 0, test_suites: tests } })),
    variables: ({ query }, project, [, id]) =>
      ofPipeline(world, project, id, ({ variables }) =>
        page(
          variables.map((variable) => ({ variable_type: 'env_var', ...variable, raw: false })),
          query,
        ),
      ),
    trace: (_, project, [, id]) => {
      const log = world.jobBy(project, id)?.job.log;
      return log === undefined ? missing('404 Not Found') : { status: 200, text: log };
    },
    createPipeline: ({ body }, project) => {
      const { ref, variables = [] } = body as { ref: string; variables?: { key: string; value: string }[] };
      const sha = world.branches.get(`${project}:${ref}`);
      if (sha === undefined) return { status: 400, body: { message: { base: ['Reference not found'] } } };
      return begin(world, { project, ref, sha, variables, source: 'api' });
    },
    retryPipeline: (_, project, [, id]) =>
      ofPipeline(world, project, id, (found) => {
        if (world.retry(found)) world.retries.push({ pipeline: found, attempt: attemptOf(found) });
        world.effects.push(`${project}#${found.id} retry`);
        return { status: 201, body: json.pipelineJson(found) };
      }),
    retryJob: (_, project, [, id]) => {
      const found = world.jobBy(project, id);
      if (found === undefined) return missing('404 Not Found');
      const { job, pipeline } = found;
      const isLast = pipeline.jobs.filter(({ name }) => name === job.name).at(-1) === job;
      if (!isLast || !['failed', 'canceled', 'success'].includes(job.status)) {
        return { status: 403, body: { message: '403 Forbidden - Job is not retryable' } };
      }
      const again = world.addJob(pipeline, { name: job.name, status: 'pending', allowFailure: job.allowFailure });
      pipeline.status = 'running';
      world.effects.push(`${project}#${pipeline.id} retry ${job.name}`);
      return { status: 201, body: json.jobJson(pipeline, again) };
    },
  };
}
