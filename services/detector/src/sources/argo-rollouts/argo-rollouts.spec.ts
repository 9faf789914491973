import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus, EVENTS } from '@prunella/bus';
import { type Events, readMessage } from '@prunella/contracts';
import { ProblemException, type RunningService, startService } from '@prunella/service-kit';
import { FakeKubernetes, startTestNats, type TestServer } from '@prunella/testing';
import fc from 'fast-check';
import { answerOf, broken, changed } from '../../../test/broken.ts';
import { detector } from '../../service.ts';
import type { Heard } from '../source.ts';
import { argoRollouts } from './index.ts';

type Json = Record<string, unknown>;

/** As `{{toJson .rollout}}` gives it. */
function rollout(name: string, status: Json, metadata: Json = {}): Json {
  return {
    rollout: {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '42', ...metadata },
      spec: { replicas: 3 },
      status: { currentPodHash: '6d4cf56db6', ...status },
    },
  };
}

function read(body: unknown): Heard {
  const bytes = Buffer.from(JSON.stringify(body));
  return argoRollouts.read({ headers: {}, query: new URLSearchParams(), body: bytes }, () => 'fresh');
}

describe('a notification', () => {
  it.each`
    status                                                                                                | subject                | type
    ${{ phase: 'Degraded', abort: true, message: 'RolloutAborted: metric "error-rate" assessed Failed' }} | ${'pipeline.failed'}   | ${'RolloutAborted'}
    ${{ phase: 'Degraded', message: 'ProgressDeadlineExceeded: x' }}                                      | ${'pipeline.failed'}   | ${'ProgressDeadlineExceeded'}
    ${{ phase: 'Degraded', message: 'InvalidSpec' }}                                                      | ${'pipeline.failed'}   | ${'RolloutDegraded'}
    ${{ phase: 'Healthy' }}                                                                               | ${'pipeline.finished'} | ${undefined}
  `('of $status is $subject $type', ({ status, subject, type }) => {
    const heard = read(rollout('web', status));
    expect(heard).toMatchObject({
      kind: 'reports',
      reports: [
        {
          subject,
          data: {
            ...{ platform: 'kubernetes', kind: 'deployment', pipelineId: 'kubernetes/default/Rollout/web' },
            ...{ runId: 'uid-web.6d4cf56db6', environment: 'default' },
            workload: { kind: 'Rollout', namespace: 'default', name: 'web' },
            ...(type !== undefined && { error: { type, message: status.message } }),
          },
        },
      ],
    });
  });

  it.each([{ phase: 'Progressing' }, { phase: 'Paused', message: 'CanaryPauseStep' }, {}])(
    'of %p tells nothing yet',
    (status) => {
      expect(read(rollout('web', status))).toMatchObject({
        kind: 'ignored',
        reason: expect.stringContaining('expected'),
      });
    },
  );

  it.each`
    body                                              | field
    ${{}}                                             | ${'rollout'}
    ${{ rollout: {} }}                                | ${'rollout.metadata'}
    ${rollout('Web Shop', {})}                        | ${'rollout.metadata.name'}
    ${rollout('web', {}, { namespace: '' })}          | ${'rollout.metadata.namespace'}
    ${rollout('web', { abort: 'yes' })}               | ${'rollout.status.abort'}
    ${rollout('web', { message: 'x'.repeat(5_000) })} | ${'rollout.status.message'}
  `('that is broken is refused by $field', ({ body, field }) => {
    expect(() => read(body)).toThrow(ProblemException);
    try {
      read(body);
    } catch (error) {
      expect((error as ProblemException).problem).toMatchObject({ status: 400, field });
    }
  });

  it('with any field broken is taken, passed over or refused by a field', () => {
    const body = rollout('web', {
      phase: 'Degraded',
      abort: true,
      message: 'RolloutAborted: x',
      observedGeneration: '2',
    });
    let refused = 0;
    for (const { body: wrong } of broken(body)) {
      const { status, field } = answerOf(argoRollouts, wrong);
      expect([0, 400]).toContain(status);
      if (status === 0) continue;
      refused += 1;
      expect(field).toMatch(/^rollout/);
    }
    expect(refused).toBeGreaterThan(50);
  });

  it('never throws anything but a refusal, whatever stands in a field', () => {
    const body = rollout('web', { phase: 'Degraded', abort: true, message: 'RolloutAborted: x' });
    const fields = [...broken(body)].map(({ path }) => path);
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (path, value) => {
        expect([0, 400]).toContain(answerOf(argoRollouts, changed(body, path, value)).status);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is told of a Rollout', () => {
  let nats: TestServer;
  let kubernetes: FakeKubernetes;
  let service: RunningService;
  let bus: Bus;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'prunella-argo-'));
    [nats, kubernetes] = await Promise.all([startTestNats(), FakeKubernetes.start()]);
    bus = await Bus.connect({ servers: nats.url, name: 'spec' });
    await writeFile(join(directory, 'kubeconfig'), kubernetes.kubeconfig);
    // The detector's own watch would see it, too.
    await writeFile(join(directory, 'prunella.yaml'), 'version: 1\nkubernetes: { watch: false }\n');
    service = await startService(detector, {
      ...{ NATS_URL: nats.url, PORT_DETECTOR: '0', LOG_LEVEL: 'silent', PRUNELLA_INSECURE_WEBHOOKS: '1' },
      KUBECONFIG: join(directory, 'kubeconfig'),
      PRUNELLA_CONFIG: join(directory, 'prunella.yaml'),
    });
  });
  afterAll(async () => {
    await service?.close();
    await bus?.close();
    await Promise.all([nats?.stop(), kubernetes?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  async function post(body: unknown): Promise<void> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    expect((await fetch(new URL('/webhooks/argo-rollouts', service.url), init)).status).toBe(202);
  }

  /** What was told of a Rollout, once nothing waits to be completed any more. */
  async function told(name: string): Promise<Events['pipeline.failed'][]> {
    const completions = await bus.bucket('prunella_completions');
    const end = Date.now() + 25_000;
    while ((await completions.entries()).length > 0) {
      if (Date.now() > end) throw new Error('a report is not completed within 25 s');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const stream = await bus.jetstream.streams.get(EVENTS.name);
    const found: Events['pipeline.failed'][] = [];
    for (let seq = 1; ; seq += 1) {
      const message = await stream.getMessage({ seq });
      if (message === null) return found;
      if (message.subject !== 'pipeline.failed') continue;
      const { data } = readMessage('pipeline.failed', message.data, { id: String(seq), source: 'spec' });
      if (data.workload?.name === name) found.push(data);
    }
  }

  const aborted = { phase: 'Degraded', abort: true, message: 'as the notification says' };

  it('is what the cluster says now, also where it has to be asked again', async () => {
    kubernetes.addRollout('bad', ['v1', 'v2'], { updating: true });
    kubernetes.settle('bad', 'failed');
    kubernetes.fault(/GET .*rollouts\/bad/, 500);
    await post(rollout('bad', aborted));
    expect(await told('bad')).toEqual([
      expect.objectContaining({
        error: expect.objectContaining({ message: expect.stringContaining('it is Degraded') }),
      }),
    ]);
  });

  it('is nothing where it is well by now, or gone', async () => {
    kubernetes.addRollout('well', ['v1']);
    await post(rollout('well', aborted));
    await post(rollout('gone', aborted));
    expect([await told('well'), await told('gone')]).toEqual([[], []]);
  });
});
