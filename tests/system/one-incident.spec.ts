import { eventsOn } from '../support/events.ts';
import { incidentWith, type System, startSystem } from '../support/system.ts';
import { until } from '../support/until.ts';

/**
 * What others publish on the bus as a failure passes no webhook: it is part of the same incident all the same, whoever comes first, and its incident
 * ends when the cluster says that the workload is well.
 */

const TOKEN = 'a-token-for-webhooks';
let system: System;

beforeAll(async () => {
  system = await startSystem({ of: { detector: { PRUNELLA_API_TOKEN: TOKEN } } });
}, 120_000);
afterAll(() => system?.stop());

async function post(path: string, body: object): Promise<void> {
  const response = await fetch(`${system.services.detector.url}/webhooks/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(202);
}

const alert = (workload: string) =>
  post('alertmanager', {
    version: '4',
    status: 'firing',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'DeploymentErrorSpike', namespace: 'shop', deployment: workload },
        annotations: { summary: 'errors' },
        startsAt: new Date().toISOString(),
        endsAt: '0001-01-01T00:00:00Z',
        fingerprint: Buffer.from(workload).toString('hex'),
      },
    ],
  });

/** As any NATS client would. */
async function publish(workload: string): Promise<void> {
  const failure = {
    ...{ pipeline_id: 'cd/deploy', platform: 'cd', run_id: `deploy-${workload}`, kind: 'deployment' },
    ...{ repository: 'acme/shop', workload: { kind: 'Deployment', namespace: 'shop', name: workload } },
    error: { type: 'DeployFailed', message: 'the smoke test of the deployment failed' },
  };
  await system.bus.jetstream.publish('pipeline.failed', JSON.stringify(failure));
}

async function diagnoses(of: string) {
  const all = await eventsOn(system.bus, 'diagnosis.made');
  return all.filter(({ run }) => run.workload?.name === of);
}

const healthy = (workload: string) =>
  post('argo-rollouts', {
    rollout: {
      metadata: { namespace: 'shop', name: workload, uid: `uid-${workload}`, resourceVersion: '7' },
      status: { phase: 'Healthy', currentPodHash: 'abc' },
    },
  });

it.each`
  order                        | workload | first      | second
  ${'published, then alerted'} | ${'api'} | ${publish} | ${alert}
  ${'alerted, then published'} | ${'web'} | ${alert}   | ${publish}
`(
  '$order: it is one incident, which ends when the workload is healthy',
  async ({ workload, first, second }) => {
    await first(workload);
    await until(async () => (await diagnoses(workload)).length === 1, 'the first diagnosis');
    await second(workload);
    const made = await until(async () => {
      const found = await diagnoses(workload);
      return found.length === 2 ? found : undefined;
    }, 'the second diagnosis');
    const { incidentId: id } = made[0] as { incidentId: string };
    expect(made.map(({ incidentId, run }) => [incidentId, run.attempt])).toEqual([
      [id, 1],
      [id, 2],
    ]);
    const failures = (await eventsOn(system.bus, 'pipeline.failed')).filter((one) => one.workload?.name === workload);
    expect(failures).toHaveLength(2);
    await incidentWith(system, (one) => one.id === id && one.attempt === 2, 'both in one incident');
    expect(await system.incidents()).toHaveLength(workload === 'api' ? 1 : 2);
    if (workload === 'api') return;
    // The alert was the first trouble, and the deployment is the newest: the cluster's word ends it.
    await healthy(workload);
    expect(await incidentWith(system, (one) => one.id === id && one.state === 'closed', 'its end')).toMatchObject({
      outcomeReason: expect.stringContaining('well again'),
    });
  },
  120_000,
);
