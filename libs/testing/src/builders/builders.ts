import type { DiagnosisMade, Run } from '@prunella/contracts';
import type { FakeRun } from '../github/model.ts';
import type { GitLabPipeline } from '../gitlab/model.ts';
import type { FakeBuild } from '../jenkins/model.ts';

/** A run of the fake GitHub as our events carry it. */
export function githubRun(run: FakeRun): Run {
  return {
    pipelineId: `${run.repository}/${run.path}`,
    platform: 'github',
    repository: run.repository,
    runId: String(run.id),
    attempt: run.attempt,
    headSha: run.headSha,
    branch: run.branch,
    environment: '',
    url: '',
    name: run.workflow,
    kind: 'run',
  };
}

/** A pipeline of the fake GitLab as our events carry it, in its first attempt. */
export function gitlabRun(pipeline: GitLabPipeline): Run {
  return {
    pipelineId: pipeline.project,
    platform: 'gitlab',
    repository: pipeline.project,
    runId: String(pipeline.id),
    attempt: 1,
    headSha: pipeline.sha,
    branch: pipeline.ref,
    environment: '',
    url: '',
    name: 'ci',
    kind: 'run',
  };
}

/** A build of the fake Jenkins as our events carry it. */
export function jenkinsRun({ job, number, checkouts }: FakeBuild): Run {
  return {
    pipelineId: job,
    platform: 'jenkins',
    repository: '',
    runId: `${job}#${number}`,
    attempt: 1,
    headSha: checkouts[0]?.sha ?? '',
    branch: checkouts[0]?.branch ?? '',
    environment: '',
    url: '',
    name: job,
    kind: 'run',
  };
}

/** A confident diagnosis of a network failure of that run, of incident `inc_<run id>`. */
export function networkDiagnosis(run: FakeRun, changes: Partial<DiagnosisMade> = {}): DiagnosisMade {
  return networkDiagnosisOf(githubRun(run), { incidentId: `inc_${run.id}`, ...changes });
}

/** The same of a run of any platform. */
export function networkDiagnosisOf(
  run: Run,
  { incidentId, ...changes }: Partial<DiagnosisMade> & Pick<DiagnosisMade, 'incidentId'>,
): DiagnosisMade {
  return {
    incidentId,
    run,
    cause: 'network',
    domain: 'platform',
    confidence: 0.9,
    transient: 0.9,
    prior: 0.9,
    action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '100ms', factor: 1 } },
    decidedBy: 'rule:connection-timeout',
    explanation: 'The connection timed out.',
    fingerprint: 'fp',
    evidence: [{ line: 7, text: 'connect ETIMEDOUT', job: 'build' }],
    alternatives: [],
    metrics: {},
    vetoes: [],
    gaps: [],
    ...changes,
  };
}
