import { ContractViolation } from '@prunella/contracts';
import { ProblemException } from '@prunella/service-kit';
import fc from 'fast-check';
import type { Heard } from '../source.ts';
import { alertmanager } from './index.ts';

type Json = Record<string, unknown>;

/** As Alertmanager 0.25 posts it. */
function notification(...alerts: Json[]): Json {
  return {
    ...{
      receiver: 'prunella',
      status: 'firing',
      groupKey: '{}:{alertname="DeploymentErrorSpike"}',
      truncatedAlerts: 0,
    },
    ...{ groupLabels: { alertname: 'DeploymentErrorSpike' }, commonLabels: {}, commonAnnotations: {} },
    ...{ externalURL: 'http://alertmanager.example:9093', version: '4', alerts },
  };
}

function alert(changes: Json = {}): Json {
  return {
    status: 'firing',
    labels: {
      ...{ alertname: 'DeploymentErrorSpike', namespace: 'shop', deployment: 'api', severity: 'critical' },
      ...{ environment: 'production', pod: 'api-6d4cf56db6-x2x9k' },
    },
    annotations: {
      summary: 'api answers 14 % of the requests with 5xx',
      description: 'since the deployment',
      prunella_error_rate: '0.14',
      prunella_action: 'rollback',
    },
    startsAt: '2026-03-01T10:00:00.123Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example:9090/graph?g0.expr=x',
    fingerprint: 'b8b8bd622d3acec1',
    ...changes,
  };
}

function read(body: unknown): Heard {
  return alertmanager.read(
    { headers: {}, query: new URLSearchParams(), body: Buffer.from(JSON.stringify(body)) },
    () => 'fresh',
  );
}

function reports(...alerts: Json[]) {
  const heard = read(notification(...alerts));
  if (heard.kind !== 'reports') throw new Error('expected reports');
  return heard.reports;
}

describe('an alert', () => {
  it('that fires is a failure of the workload that its labels name', () => {
    expect(reports(alert())).toEqual([
      {
        subject: 'pipeline.failed',
        id: 'alert/b8b8bd622d3acec1/2026-03-01T10:00:00.123Z/firing',
        source: 'http://alertmanager.example:9093',
        time: '2026-03-01T10:00:00.123Z',
        data: expect.objectContaining({
          ...{ platform: 'alertmanager', kind: 'deployment', conclusion: 'failure', environment: 'production' },
          pipelineId: 'alert/DeploymentErrorSpike/shop/api',
          runId: 'alert/b8b8bd622d3acec1/2026-03-01T10:00:00.123Z',
          workload: { kind: 'Deployment', namespace: 'shop', name: 'api', container: '' },
          error: {
            type: 'DeploymentErrorSpike',
            message: 'api answers 14 % of the requests with 5xx\nsince the deployment',
            stack: '',
            suggestedAction: 'rollback',
          },
          metrics: { error_rate: 0.14 },
          startedAt: '2026-03-01T10:00:00.123Z',
          url: 'http://prometheus.example:9090/graph?g0.expr=x',
        }),
      },
    ]);
  });

  it('that is resolved is the end of the same failure', () => {
    const [fired] = reports(alert());
    const [resolved] = reports(alert({ status: 'resolved', endsAt: '2026-03-01T10:05:00Z' }));
    expect(resolved).toMatchObject({
      subject: 'pipeline.finished',
      id: expect.stringMatching(/\/resolved$/),
      time: '2026-03-01T10:05:00Z',
      data: { conclusion: 'success', finishedAt: '2026-03-01T10:05:00Z', incidentId: fired?.data.incidentId },
    });
    expect(resolved?.data).not.toHaveProperty('error');
  });

  it('comes with others, each as itself, and again as the same', () => {
    const other = alert({ fingerprint: 'c1', startsAt: '2026-03-01T11:00:00Z' });
    const ids = reports(alert(), other).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(reports(alert(), other).map(({ id }) => id)).toEqual(ids);
  });

  it('on Prunella itself is for people, whatever comes with it', () => {
    const own = alert({ fingerprint: 'c2', labels: { alertname: 'PrunellaServiceDown', about: 'prunella' } });
    expect(read(notification(own))).toEqual({ kind: 'ignored', reason: expect.stringContaining('for people') });
    expect(reports(own, alert())).toEqual(reports(alert()));
  });

  it.each`
    what                                  | labels                                                       | expected
    ${'a StatefulSet with its container'} | ${{ statefulset: 'db', namespace: 'shop', container: 'pg' }} | ${{ workload: { kind: 'StatefulSet', namespace: 'shop', name: 'db', container: 'pg' } }}
    ${'an Argo Rollout'}                  | ${{ rollout: 'web', namespace: 'shop' }}                     | ${{ workload: { kind: 'Rollout', name: 'web' } }}
    ${'a service'}                        | ${{ service: 'checkout', namespace: 'shop', job: 'app' }}    | ${{ pipelineId: 'alert/A/shop/checkout' }}
    ${'a pipeline'}                       | ${{ pipeline: 'acme/shop/ci.yml', repository: 'acme/shop' }} | ${{ pipelineId: 'acme/shop/ci.yml', repository: 'acme/shop' }}
    ${'a commit'}                         | ${{ commit: 'abc', branch: 'main', env: 'staging' }}         | ${{ headSha: 'abc', branch: 'main', environment: 'staging' }}
  `('about $what', ({ labels, expected }) => {
    expect(reports(alert({ labels: { alertname: 'A', ...labels } }))[0].data).toMatchObject(expected);
  });

  it.each([{ deployment: 'api' }, { deployment: 'a b', namespace: 'shop' }])('about no workload: %p', (labels) => {
    expect(reports(alert({ labels: { alertname: 'A', ...labels } }))[0].data).not.toHaveProperty('workload');
  });

  it.each`
    annotations                                       | expected
    ${{}}                                             | ${{ error: { message: 'alert A fires', type: 'A' }, metrics: {} }}
    ${{ prunella_error_type: 'SlowBuild' }}           | ${{ error: { type: 'SlowBuild' } }}
    ${{ prunella_memory: '', prunella_cpu: 'NaN' }}   | ${{ metrics: {} }}
    ${{ prunella_latency_ms: '1.5e+03', other: '1' }} | ${{ metrics: { latency_ms: 1_500 } }}
    ${{ runbook_url: 'https://runbooks.example/x' }}  | ${{ url: 'https://runbooks.example/x' }}
    ${{ runbook_url: 'javascript:alert(1)' }}         | ${{ url: '' }}
  `('with the annotations $annotations', ({ annotations, expected }) => {
    const { data } = reports(alert({ labels: { alertname: 'A' }, annotations }))[0];
    expect(data).toMatchObject(expected);
  });
});

describe('a body that is broken', () => {
  /** The field that is named; 'taken': it was no matter. */
  function refusal(body: unknown): string {
    try {
      read(body);
      return 'taken';
    } catch (error) {
      if (error instanceof ProblemException && error.problem.status === 400) return error.problem.field ?? '';
      if (error instanceof ContractViolation) return error.field;
      throw error;
    }
  }

  it.each`
    body                                                         | field
    ${[]}                                                        | ${'body'}
    ${{}}                                                        | ${'version'}
    ${{ ...notification(alert()), version: '3' }}                | ${'version'}
    ${notification()}                                            | ${'alerts'}
    ${{ ...notification(), alerts: Array(1_001).fill(alert()) }} | ${'alerts'}
    ${notification(alert({ status: 'pending' }))}                | ${'alerts.0.status'}
    ${notification(alert({ fingerprint: 'x y' }))}               | ${'alerts.0.fingerprint'}
    ${notification(alert({ startsAt: 'yesterday' }))}            | ${'alerts.0.startsAt'}
    ${notification(alert({ labels: { a: 1 } }))}                 | ${'alerts.0.labels.a'}
  `('is refused by $field', ({ body, field }) => {
    expect(refusal(body)).toBe(field);
  });

  it('in any field is refused or no matter, and never anything else', () => {
    const paths: (string | number)[][] = [];
    const visit = (value: unknown, path: (string | number)[]): void => {
      paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, inner] of Object.entries(value))
        visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    visit(notification(alert()), []);
    const broken = fc.oneof(fc.jsonValue(), fc.string({ minLength: 60_000, maxLength: 70_000 }));
    fc.assert(
      fc.property(fc.constantFrom(...paths.slice(1)), broken, (path, value) => {
        const body = structuredClone(notification(alert())) as never;
        const parent = path.slice(0, -1).reduce<Record<string | number, never>>((at, key) => at[key] as never, body);
        parent[path.at(-1) as string] = value as never;
        expect(typeof refusal(body)).toBe('string');
      }),
      { numRuns: 200 },
    );
  });
});
