import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import {
  alertmanagerProgram,
  FakeKubernetes,
  prometheusProgram,
  startTestAlertmanager,
  startTestPrometheus,
  type TestServer,
  WebApp,
} from '@prunella/testing';
import { eventsOn } from '../support/events.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * A counter of errors rises, a real Prometheus with the shipped rules fires, a real Alertmanager posts it: the incident of the deployment goes on, is
 * rolled back, and the alert resolves.
 */

const TOKEN = 'a-token-for-the-alertmanager';
const [prometheusPath, alertmanagerPath] = [await prometheusProgram(), await alertmanagerProgram()];

/** The shipped rules, with seconds for minutes. */
async function quickRules(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../../deploy/observability/alerts.yml'), 'utf8');
  return text.replaceAll('[2m]', '[5s]').replaceAll('for: 2m', 'for: 2s');
}

/** The configuration that is to be copied, with these addresses and without its waiting times. */
async function shippedRoutes(url: string, tokenFile: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../../examples/alertmanager/alertmanager.yml'), 'utf8');
  const quick = text
    .replace('http://prunella-detector:7101/webhooks/alertmanager', url)
    .replace('/etc/alertmanager/prunella-token', tokenFile)
    .replace('group_wait: 5s', 'group_wait: 1s')
    .replace('group_interval: 30s', 'group_interval: 1s');
  for (const part of [url, tokenFile, 'group_wait: 1s', 'group_interval: 1s']) expect(quick).toContain(part);
  return quick;
}

const canRun = prometheusPath !== undefined && alertmanagerPath !== undefined;
(canRun ? describe : describe.skip)('an alert about errors after a deployment', () => {
  let system: System;
  let kubernetes: FakeKubernetes;
  let prometheus: TestServer;
  let alertmanager: TestServer;
  let app: WebApp;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'prunella-alert-'));
    [kubernetes, app] = await Promise.all([FakeKubernetes.start(), WebApp.start('web')]);
    kubernetes.addDeployment('web', ['v1', 'v2']);
    kubernetes.settle('web', 'complete');
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, kubernetes.kubeconfig);
    system = await startSystem({
      policy: 'version: 1\nmode: act\n',
      of: { remediator: { KUBECONFIG: kubeconfig }, detector: { PRUNELLA_API_TOKEN: TOKEN } },
    });
    const tokenFile = join(directory, 'prunella-token');
    await writeFile(tokenFile, `${TOKEN}\n`);
    alertmanager = await startTestAlertmanager(
      alertmanagerPath ?? '',
      await shippedRoutes(`${system.services.detector.url}/webhooks/alertmanager`, tokenFile),
    );
    prometheus = await startTestPrometheus(
      prometheusPath ?? '',
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ['alerts.yml'],
        alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${alertmanager.port}`] }] }] },
        scrape_configs: [
          {
            job_name: 'web',
            static_configs: [{ targets: [`127.0.0.1:${app.port}`], labels: { environment: 'production' } }],
          },
        ],
      }),
      { 'alerts.yml': await quickRules() },
    );
  }, 240_000);

  afterAll(async () => {
    await system?.stop();
    await Promise.all([kubernetes?.stop(), prometheus?.stop(), alertmanager?.stop(), app?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  it('is part of the incident of that deployment, is rolled back once, and is resolved', async () => {
    const deployment = completed(
      parseData('pipeline.finished', {
        ...{
          pipelineId: 'acme/shop/deploy',
          platform: 'github',
          repository: 'acme/shop',
          runId: '77',
          headSha: 'c0ffee',
        },
        ...{ environment: 'production', kind: 'deployment', conclusion: 'success' },
        workload: { kind: 'Deployment', namespace: 'default', name: 'web' },
      }),
      'deployed',
    );
    await system.bus.publish('pipeline.finished', { id: 'deployed', source: 'spec', data: deployment });
    app.errorRate = 0.5;
    await until(() => kubernetes.effects.length > 0, 'the rollback', 90_000);
    app.errorRate = 0;
    kubernetes.settle('web', 'complete');
    const { incidentId } = deployment;
    const incident = await incidentWith(
      system,
      ({ id, outcome }) => id === incidentId && outcome !== null,
      'the outcome',
      120_000,
    );
    expect(incident).toMatchObject({
      ...{ cause: 'error_rate', decidedBy: 'rule:deployment-error-rate', action: 'rollback', status: 'executed' },
      ...{ outcome: 'healed', repository: 'acme/shop' },
    });
    expect(kubernetes.image('web')).toBe('v1');
    const resolved = async () =>
      (await eventsOn(system.bus, 'pipeline.finished')).filter(({ platform }) => platform === 'alertmanager');
    await until(async () => (await resolved()).length > 0, 'the alert is resolved', 60_000);
    expect(await resolved()).toEqual([expect.objectContaining({ incidentId, conclusion: 'success' })]);
    const [failure, ...others] = await eventsOn(system.bus, 'pipeline.failed');
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ incidentId, headSha: 'c0ffee', metrics: { error_rate: expect.any(Number) } });
    expect(failure?.metrics['error_rate']).toBeGreaterThan(0.1);
    expect((await eventsOn(system.bus, 'action.executed')).filter(({ status }) => status === 'executed')).toHaveLength(
      1,
    );
  }, 300_000);
});
