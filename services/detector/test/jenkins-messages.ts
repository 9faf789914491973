/** What Jenkins' plugins send, as their documentation and models describe it. */

const sha = 'c6d86dc654b12425e706bcf951adfe5a8627a517';

/** Of the Notification plugin: https://plugins.jenkins.io/notification/ */
export function notificationOf(changes: Record<string, unknown> = {}) {
  return {
    name: 'feature%2Fx',
    display_name: 'feature/x',
    url: 'job/folder/job/app/job/feature%252Fx/',
    build: {
      full_url: 'https://ci.example.com/jenkins/job/folder/job/app/job/feature%252Fx/12/',
      number: 12,
      queue_id: 45,
      timestamp: 1_772_359_380_000 as unknown,
      duration: 180_000,
      phase: 'COMPLETED',
      status: 'FAILURE',
      url: 'job/folder/job/app/job/feature%252Fx/12/',
      scm: {
        url: 'https://git.example.com/acme/shop.git',
        branch: 'origin/feature/x',
        commit: sha,
        changes: [],
        culprits: ['ada'],
      } as unknown,
      parameters: { REGION: 'eu' },
      log: '',
      notes: '',
      artifacts: {},
      test_summary: { total: 120, failed: 2, passed: 117, skipped: 1, failed_tests: ['a.B.c', 'a.B.d'] } as unknown,
      ...changes,
    },
  };
}

/** Of the CDEvents plugin: https://plugins.jenkins.io/cdevents/ */
export function pipelineRunOf(
  phase: string,
  content: Record<string, unknown> = {},
  build: Record<string, unknown> = {},
) {
  const source = 'job/folder/job/app/job/feature%252Fx/12/';
  return {
    context: {
      version: '0.3.0',
      id: '5328c37f-bb7e-4bb7-84ea-9f5f85e4a7ce',
      source,
      type: `dev.cdevents.pipelinerun.${phase}.0.1.1`,
      timestamp: '2026-03-01T10:03:00Z',
    },
    subject: {
      id: '12',
      source,
      type: 'pipelineRun',
      content: { pipelineName: 'folder » app » feature/x', ...content },
    },
    customData: {
      userId: 'ada',
      name: 'feature%2Fx',
      displayName: 'feature/x',
      url: 'job/folder/job/app/job/feature%252Fx/',
      build: {
        fullUrl: 'https://ci.example.com/jenkins/job/folder/job/app/job/feature%252Fx/12/',
        number: 12,
        queueId: 45,
        duration: 180_000,
        status: 'FAILURE',
        url: source,
        parameters: null,
        scmState: { url: 'https://git.example.com/acme/shop.git', branch: 'origin/feature/x', commit: sha },
        ...build,
      },
    },
    customDataContentType: 'application/json',
  };
}

/** As the data of a structured CloudEvent. */
export function structured(event: ReturnType<typeof pipelineRunOf>) {
  const { id, source, type, timestamp } = event.context;
  return { specversion: '1.0', id, source, type, time: timestamp, datacontenttype: 'application/json', data: event };
}
