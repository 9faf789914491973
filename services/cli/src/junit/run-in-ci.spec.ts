import { runInCi } from './run-in-ci.ts';

it.each([
  [
    'GitHub, a pull request',
    {
      ...{ GITHUB_ACTIONS: 'true', GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/ci.yml@refs/pull/7/merge' },
      ...{ GITHUB_REPOSITORY: 'acme/shop', GITHUB_RUN_ID: '42', GITHUB_RUN_ATTEMPT: '2', GITHUB_SHA: 'c0ffee' },
      ...{ GITHUB_HEAD_REF: 'feature/x', GITHUB_REF_NAME: '7/merge', GITHUB_JOB: 'test' },
    },
    {
      ...{ platform: 'github', pipeline: 'acme/shop/.github/workflows/ci.yml', repository: 'acme/shop', run: '42' },
      ...{ attempt: '2', sha: 'c0ffee', branch: 'feature/x', job: 'test' },
    },
  ],
  ['GitHub, a push', { GITHUB_ACTIONS: 'true', GITHUB_REF_NAME: 'main', GITHUB_HEAD_REF: '' }, { branch: 'main' }],
  [
    'GitLab',
    {
      ...{ GITLAB_CI: 'true', CI_PROJECT_PATH: 'acme/web/shop', CI_PIPELINE_ID: '1234', CI_COMMIT_SHA: 'c0ffee' },
      ...{ CI_COMMIT_REF_NAME: 'main', CI_JOB_NAME: 'test 1/3' },
    },
    {
      ...{ platform: 'gitlab', pipeline: 'acme/web/shop', repository: 'acme/web/shop', run: '1234', attempt: '' },
      ...{ sha: 'c0ffee', branch: 'main', job: 'test 1/3' },
    },
  ],
  [
    'Jenkins',
    {
      ...{ JENKINS_URL: 'https://ci.example/', JOB_NAME: 'acme/shop/main', BUILD_NUMBER: '17', GIT_COMMIT: 'c0ffee' },
      ...{ GIT_URL: 'git@git.example:acme/shop.git', BRANCH_NAME: 'main', STAGE_NAME: 'Test' },
    },
    {
      // As the webhook names it: without a repository, which a build that died before its checkout can't say.
      ...{ platform: 'jenkins', pipeline: 'acme/shop/main', repository: '', run: 'acme/shop/main#17' },
      ...{ sha: 'c0ffee', branch: 'main', job: 'Test' },
    },
  ],
  [
    'Jenkins, in a job whose name is escaped in its address',
    {
      ...{ JENKINS_URL: 'https://ci.example/', JOB_NAME: 'web shop/feature%2Fx', BUILD_NUMBER: '3' },
      BUILD_URL: 'https://ci.example/job/web%20shop/job/feature%252Fx/3/',
    },
    { platform: 'jenkins', pipeline: 'web%20shop/feature%252Fx', run: 'web%20shop/feature%252Fx#3' },
  ],
  [
    'Jenkins that was not told its own address',
    { JENKINS_URL: 'https://ci.example/', JOB_NAME: 'web shop/feature%2Fx', BUILD_NUMBER: '3' },
    { platform: 'jenkins', pipeline: 'web%20shop/feature%252Fx', run: 'web%20shop/feature%252Fx#3' },
  ],
  ['nothing', { PATH: '/bin' }, { platform: '', pipeline: '', run: '' }],
])('%s', (_what, environment, run) => {
  expect(runInCi(environment)).toMatchObject(run);
});
