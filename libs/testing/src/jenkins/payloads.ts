import type { FakeBuild, FakeCause, FakeJenkinsJob, FakeParameter, FakeQueueItem } from './model.ts';

type Json = { [key: string]: unknown };

/** Jenkins writes addresses in full, after the root address that it is configured with. */
export function buildJson(root: string, job: FakeJenkinsJob, build: FakeBuild): Json {
  return {
    _class: job.kind === 'pipeline' ? 'org.jenkinsci.plugins.workflow.job.WorkflowRun' : 'hudson.model.FreeStyleBuild',
    actions: [
      ...begunActions(job, build),
      ...build.checkouts.map(({ sha, branch, remote }) => ({
        _class: 'hudson.plugins.git.util.BuildData',
        lastBuiltRevision: { SHA1: sha, branch: [{ SHA1: sha, name: branch }] },
        remoteUrls: [remote],
        scmName: '',
      })),
      // what plugins keep to themselves is an empty object
      {},
    ],
    building: build.result === null,
    displayName: `#${build.number}`,
    duration: build.result === null ? 0 : 1_000,
    fullDisplayName: `${nameOf(job).replaceAll('/', ' » ')} #${build.number}`,
    id: String(build.number),
    number: build.number,
    result: build.result,
    timestamp: build.since,
    url: `${addressOf(root, job)}${build.number}/`,
  };
}

export function itemJson(root: string, job: FakeJenkinsJob, item: FakeQueueItem): Json {
  const common = {
    actions: begunActions(job, item),
    blocked: false,
    buildable: false,
    id: item.id,
    inQueueSince: item.since,
    stuck: false,
    task: {
      _class: jobClass(job),
      name: nameOf(job).split('/').at(-1),
      url: addressOf(root, job),
      color: 'red',
    },
    url: `queue/item/${item.id}/`,
  };
  if (item.state === 'waiting') {
    return {
      _class: 'hudson.model.Queue$BuildableItem',
      ...common,
      buildable: true,
      why: 'Waiting for next available executor',
    };
  }
  const left = { _class: 'hudson.model.Queue$LeftItem', ...common, why: null };
  if (item.state === 'cancelled') return { ...left, cancelled: true };
  const { number } = item.state;
  return { ...left, cancelled: false, executable: { number, url: `${addressOf(root, job)}${number}/` } };
}

export function jobJson(root: string, job: FakeJenkinsJob, builds: readonly FakeBuild[]): Json {
  return {
    _class: jobClass(job),
    name: nameOf(job).split('/').at(-1),
    fullName: nameOf(job),
    url: addressOf(root, job),
    buildable: !job.disabled,
    builds: builds.toSorted((a, b) => b.number - a.number).map((build) => buildJson(root, job, build)),
    property: [
      {},
      ...(job.parameters === undefined
        ? []
        : [
            {
              _class: 'hudson.model.ParametersDefinitionProperty',
              parameterDefinitions: job.parameters.map((parameter) => ({
                _class: `hudson.model.${KINDS[parameter.kind]}ParameterDefinition`,
                name: parameter.name,
                type: `${KINDS[parameter.kind]}ParameterDefinition`,
                defaultParameterValue: valueJson(parameter),
              })),
            },
          ]),
    ],
  };
}

export function stagesJson(build: FakeBuild): Json {
  return {
    id: String(build.number),
    name: `#${build.number}`,
    status: build.stages?.some(({ status }) => status === 'FAILED') ? 'FAILED' : 'SUCCESS',
    stages: build.stages?.map(({ name, status }, index) => ({ id: String(6 + index), name, status })) ?? [],
  };
}

/** The name as people see it. */
export function nameOf({ path }: FakeJenkinsJob): string {
  return path.split('/').map(decodeURIComponent).join('/');
}

function addressOf(root: string, { path }: FakeJenkinsJob): string {
  return `${root}/job/${path.split('/').join('/job/')}/`;
}

function jobClass({ kind }: FakeJenkinsJob): string {
  return kind === 'pipeline' ? 'org.jenkinsci.plugins.workflow.job.WorkflowJob' : 'hudson.model.FreeStyleProject';
}

const KINDS = { string: 'String', boolean: 'Boolean', password: 'Password' };

function begunActions(job: FakeJenkinsJob, begun: Pick<FakeBuild, 'causes' | 'parameters'>): Json[] {
  const { causes, parameters } = begun;
  return [
    { _class: 'hudson.model.CauseAction', causes: causes.map((cause) => causeJson(job, cause)) },
    ...(parameters.length === 0
      ? []
      : [{ _class: 'hudson.model.ParametersAction', parameters: parameters.map(valueJson) }]),
  ];
}

/** A password's value is not told. */
function valueJson({ name, kind, value }: FakeParameter): Json {
  return { _class: `hudson.model.${KINDS[kind]}ParameterValue`, name, ...(kind !== 'password' && { value }) };
}

function causeJson(job: FakeJenkinsJob, cause: FakeCause): Json {
  if ('by' in cause) {
    return {
      _class: 'hudson.model.Cause$UserIdCause',
      shortDescription: `Started by user ${cause.by}`,
      userId: cause.by,
      userName: cause.by,
    };
  }
  if ('rebuildOf' in cause) {
    return {
      _class: 'com.sonyericsson.rebuild.RebuildCause',
      shortDescription: `Rebuilds build #${cause.rebuildOf.toLocaleString('en')}`,
      upstreamBuild: cause.rebuildOf,
      upstreamProject: nameOf(job),
      upstreamUrl: `job/${job.path.split('/').join('/job/')}/`,
    };
  }
  if ('replayOf' in cause) {
    return {
      _class: 'org.jenkinsci.plugins.workflow.cps.replay.ReplayCause',
      shortDescription: `Replayed #${cause.replayOf.toLocaleString('en')}`,
    };
  }
  if ('restartOf' in cause) {
    return {
      _class: 'org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause',
      shortDescription: `Restarted from build #${cause.restartOf}, stage ${cause.stage}`,
    };
  }
  return { _class: 'hudson.triggers.TimerTrigger$TimerTriggerCause', shortDescription: 'Started by timer' };
}
