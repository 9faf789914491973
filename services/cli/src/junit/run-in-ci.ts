import { buildOfUrl } from '@prunella/ci';

/** What a test report is about. Empty: not known. */
export interface RunInCi {
  pipeline: string;
  platform: string;
  repository: string;
  run: string;
  attempt: string;
  sha: string;
  branch: string;
  job: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Ci {
  /** Set by that system alone. */
  sign: string;
  read(variable: (name: string) => string): Partial<RunInCi> & { platform: string };
}

/** What CI systems say of a run, in the names that Prunella's webhooks give the same things. */
const SYSTEMS: readonly Ci[] = [
  {
    sign: 'GITHUB_ACTIONS',
    read: (variable) => ({
      platform: 'github',
      // `acme/shop/.github/workflows/ci.yml@refs/heads/main`
      pipeline: variable('GITHUB_WORKFLOW_REF').replace(/@.*$/, ''),
      repository: variable('GITHUB_REPOSITORY'),
      run: variable('GITHUB_RUN_ID'),
      attempt: variable('GITHUB_RUN_ATTEMPT'),
      sha: variable('GITHUB_SHA'),
      branch: variable('GITHUB_HEAD_REF') || variable('GITHUB_REF_NAME'),
      job: variable('GITHUB_JOB'),
    }),
  },
  {
    sign: 'GITLAB_CI',
    read: (variable) => ({
      platform: 'gitlab',
      pipeline: variable('CI_PROJECT_PATH'),
      repository: variable('CI_PROJECT_PATH'),
      run: variable('CI_PIPELINE_ID'),
      sha: variable('CI_COMMIT_SHA'),
      branch: variable('CI_MERGE_REQUEST_SOURCE_BRANCH_NAME') || variable('CI_COMMIT_REF_NAME'),
      job: variable('CI_JOB_NAME'),
    }),
  },
  {
    sign: 'JENKINS_URL',
    read: (variable) => ({
      platform: 'jenkins',
      pipeline: jobOf(variable),
      run: jobOf(variable) && `${jobOf(variable)}#${variable('BUILD_NUMBER')}`,
      sha: variable('GIT_COMMIT'),
      branch: variable('CHANGE_BRANCH') || variable('BRANCH_NAME') || variable('GIT_BRANCH').replace(/^origin\//, ''),
      job: variable('STAGE_NAME'),
    }),
  },
];

const NOTHING: RunInCi = {
  ...{ pipeline: '', platform: '', repository: '', run: '', attempt: '', sha: '', branch: '', job: '' },
};

/** What the environment says of the run that this is a step of. */
export function runInCi(environment: Environment): RunInCi {
  const system = SYSTEMS.find(({ sign }) => Boolean(environment[sign]));
  return { ...NOTHING, ...system?.read((name) => environment[name] ?? '') };
}

/** The job as in its address without `/job/`: `folder/app/feature%252Fx`. */
function jobOf(variable: (name: string) => string): string {
  const build = buildOfUrl(variable('BUILD_URL'));
  return build?.job ?? variable('JOB_NAME').split('/').map(encodeURIComponent).join('/');
}
