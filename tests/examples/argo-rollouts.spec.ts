import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AnalysisTemplate } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/AnalysisTemplate';
import { Rollout } from '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1/Rollout';
import { Bus } from '@prunella/bus';
import { healingRights } from '@prunella/cluster';
import {
  FakeKubernetes,
  prometheusProgram,
  type ServiceProcess,
  startServiceProcess,
  startTestNats,
  startTestPrometheus,
  type TestServer,
  WebApp,
} from '@prunella/testing';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { parse, parseAllDocuments } from 'yaml';
import { eventsOn } from '../support/events.ts';
import { type Model, problemOfManifest } from '../support/manifest.ts';
import { until } from '../support/until.ts';

/** The manifests by their schemas, the query on a real Prometheus, and what Prunella does about this very Rollout, on a stand-in for the cluster. */

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'argo-rollouts');
const TOKEN = 'a-token-for-the-api';
const MODELS: Record<string, Model> = {
  ...{ Rollout, AnalysisTemplate, Service, ConfigMap, Secret, Role, RoleBinding },
} as never;

interface Manifest {
  kind: string;
  metadata: { name: string; namespace: string; annotations?: Record<string, string> };
  [key: string]: unknown;
}
const manifestsIn = (file: string) =>
  parseAllDocuments(readFileSync(join(EXAMPLES, file), 'utf8')).map((each) => each.toJS() as Manifest);

const [rollout = fail()] = manifestsIn('rollout.yaml');
const [template = fail()] = manifestsIn('analysis-template.yaml');
const [configMap = fail()] = manifestsIn('notifications.yaml');
const notifications = configMap['data'] as Record<string, string>;
const { metrics } = template['spec'] as {
  metrics: { successCondition: string; failureCondition: string; provider: { prometheus: { query: string } } }[];
};
const [metric = fail()] = metrics;

/** A condition of the example, which is JavaScript as well. */
function holds(condition: string, names: Record<string, unknown>): boolean {
  return Boolean(new Function(...Object.keys(names), `return ${condition}`)(...Object.values(names)));
}

describe('the manifests', () => {
  const all = ['rollout.yaml', 'analysis-template.yaml', 'notifications.yaml', 'rbac.yaml'].flatMap(manifestsIn);

  it.each(all.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    '%s %s is one',
    (kind, _name, manifest) => {
      expect(problemOfManifest(MODELS[kind] ?? fail(), manifest)).toBeUndefined();
    },
  );

  it('with a word that is wrong are none', () => {
    const text = readFileSync(join(EXAMPLES, 'analysis-template.yaml'), 'utf8');
    const wrong = (from: string, to: string) =>
      problemOfManifest(AnalysisTemplate as never, parse(text.replace(from, to)));
    expect(wrong('failureCondition', 'failCondition')).toBe('unknown fields: .spec.metrics.0.failCondition');
    expect(wrong('count: 5', 'count: [5]')).toMatch(/count must be/);
  });

  it('are the canary of 20, 40, 60 and 80 % that is looked at every 30 s, 5 times', () => {
    const { strategy } = rollout['spec'] as { strategy: { canary: { steps: Record<string, unknown>[] } } };
    const { steps } = strategy.canary;
    expect(steps.flatMap(({ setWeight }) => setWeight ?? [])).toEqual([20, 40, 60, 80]);
    expect(steps.map((step) => Object.keys(step)[0])).toEqual(
      [20, 40, 60, 80].flatMap(() => ['setWeight', 'pause', 'analysis']),
    );
    expect(metric).toMatchObject({
      ...{ interval: '30s', count: 5, failureLimit: 0 },
      ...{ successCondition: 'result[0] <= 0.05', failureCondition: 'result[0] >= 0.1' },
    });
    const named = steps.flatMap((step) => (step['analysis'] as { templates: object[] } | undefined)?.templates ?? []);
    expect(new Set(named.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ templateName: template.metadata.name })]),
    );
  });

  it('give the remediator exactly the rights that healing a Rollout takes', () => {
    const [role = fail()] = manifestsIn('rbac.yaml');
    const given = rulesOf(role).map(({ group, resource, verb }) => `${verb} ${group}/${resource}`);
    const needed = healingRights(['shop'])
      .filter(({ group, resource }) => group === 'argoproj.io' || ['replicasets', 'pods'].includes(resource))
      .map(
        ({ verb, group, resource, subresource }) =>
          `${verb} ${group}/${[resource, subresource].filter(Boolean).join('/')}`,
      );
    expect(given.sort()).toEqual(needed.sort());
  });

  it.each`
    status                                | sent
    ${{ phase: 'Degraded', abort: true }} | ${[true, false]}
    ${{ phase: 'Degraded' }}              | ${[true, false]}
    ${{ phase: 'Healthy' }}               | ${[false, true]}
    ${{ phase: 'Progressing' }}           | ${[false, false]}
  `('notify of $status: $sent', ({ status, sent }) => {
    const conditions = parse(notifications['trigger.prunella'] ?? '') as { when: string; send: string[] }[];
    expect(conditions.map(({ when }) => holds(when, { rollout: { status } }))).toEqual(sent);
    for (const { send } of conditions) expect(notifications).toHaveProperty([`template.${send[0]}`]);
  });
});

function rulesOf(role: Manifest): { group: string; resource: string; verb: string }[] {
  const rules = role['rules'] as { apiGroups: string[]; resources: string[]; verbs: string[] }[];
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb })))),
  );
}

const prometheusPath = await prometheusProgram();
(prometheusPath === undefined ? describe.skip : describe)('the query, on a real Prometheus', () => {
  let apps: WebApp[];
  let idle: Server;
  let prometheus: TestServer;

  beforeAll(async () => {
    apps = await Promise.all(
      [0, 0.07, 0.5].map(async (errorRate) => Object.assign(await WebApp.start('web'), { errorRate })),
    );
    idle = createServer((_, response) => response.end('http_requests_total{status="200"} 7\n'));
    await new Promise<void>((resolve) => idle.listen(0, '127.0.0.1', resolve));
    const ports = [...apps.map(({ port }) => port), (idle.address() as AddressInfo).port];
    const pods = ['good', 'so-so', 'bad', 'idle'].map((hash, index) => ({
      targets: [`127.0.0.1:${ports[index]}`],
      labels: { namespace: 'shop', pod: `web-${hash}-x2x9k` },
    }));
    const config = { global: { scrape_interval: '1s' }, scrape_configs: [{ job_name: 'web', static_configs: pods }] };
    prometheus = await startTestPrometheus(prometheusPath ?? '', JSON.stringify(config));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([prometheus?.stop(), ...(apps ?? []).map((app) => app.stop())]);
    idle?.closeAllConnections();
    idle?.close();
  });

  /** As Argo Rollouts has it: the numbers of the answer. */
  async function resultFor(hash: string): Promise<number[]> {
    const args: Record<string, string> = { namespace: 'shop', rollout: 'web', 'canary-hash': hash };
    const query = metric.provider.prometheus.query.replaceAll(
      /\{\{args\.([\w-]+)\}\}/g,
      (_, name: string) => args[name] ?? fail(),
    );
    const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.map(({ value: [, text] }) => Number(text));
  }

  it.each`
    canary                | hash       | success  | failure
    ${'without errors'}   | ${'good'}  | ${true}  | ${false}
    ${'with 7 % errors'}  | ${'so-so'} | ${false} | ${false}
    ${'with 50 % errors'} | ${'bad'}   | ${false} | ${true}
    ${'without requests'} | ${'idle'}  | ${false} | ${false}
  `(
    'a canary $canary is good: $success, bad: $failure',
    async ({ hash, success, failure }) => {
      const result = await until(async () => {
        const found = await resultFor(hash);
        return found.length > 0 && found;
      }, 'two samples');
      expect(result).toHaveLength(1);
      expect(holds(metric.successCondition, { result })).toBe(success);
      expect(holds(metric.failureCondition, { result })).toBe(failure);
    },
    60_000,
  );

  it('finds nothing where there is nothing, which Argo Rollouts takes for an error', async () => {
    expect(await resultFor('gone')).toEqual([]);
  });
});

describe('what Prunella does about it', () => {
  let nats: TestServer;
  let bus: Bus;
  let kubernetes: FakeKubernetes;
  let services: Record<string, ServiceProcess>;
  let directory: string;
  const [stable, canary] = ['registry.acme.example/acme/shop:1.0.0', 'registry.acme.example/acme/shop:1.1.0'];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'prunella-argo-'));
    [nats, kubernetes] = await Promise.all([startTestNats(), FakeKubernetes.start()]);
    bus = await Bus.connect({ servers: nats.url, name: 'spec' });
    const [role = fail()] = manifestsIn('rbac.yaml');
    // Everything that the role does not say is forbidden.
    kubernetes.forbid(new RegExp(`^(?!(?:${rulesOf(role).map(patternOf).join('|')})$)`));
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(kubeconfig, kubernetes.kubeconfig);
    const policy = join(directory, 'prunella.yaml');
    await writeFile(policy, `${readFileSync(join(EXAMPLES, 'prunella.yaml'), 'utf8')}kubernetes: { watch: false }\n`);
    const env = { NATS_URL: nats.url, PRUNELLA_CONFIG: policy, KUBECONFIG: kubeconfig, LOG_LEVEL: 'warn' };
    const names = ['detector', 'diagnoser', 'remediator'] as const;
    const started = await Promise.all(
      names.map(
        async (name) => [name, await startServiceProcess(name, { ...env, PRUNELLA_API_TOKEN: TOKEN })] as const,
      ),
    );
    services = Object.fromEntries(started);
  }, 60_000);

  afterAll(async () => {
    await Promise.all(Object.values(services ?? {}).map((service) => service.stop()));
    await bus?.close();
    await Promise.all([nats?.stop(), kubernetes?.stop()]);
    await rm(directory, { recursive: true, force: true });
    expect(kubernetes.violations).toEqual([]);
  });

  /** `METHOD path` as the API server sees it. */
  function patternOf({ group, resource, verb }: { group: string; resource: string; verb: string }): string {
    const [plural, sub] = resource.split('/');
    const prefix = group === '' ? '/api/v1' : `/apis/${group.replaceAll('.', '\\.')}/v\\w+`;
    const one = verb === 'list' ? '(?:\\?.*)?' : `/[^/?]+${sub === undefined ? '' : `/${sub}`}(?:\\?.*)?`;
    return `${verb === 'patch' ? 'PATCH' : 'GET'} ${prefix}/namespaces/shop/${plural}${one}`;
  }

  function roll(): void {
    kubernetes.effects.length = 0;
    kubernetes.addRollout('web', [stable, canary], {
      namespace: 'shop',
      annotations: rollout.metadata.annotations ?? {},
      spec: rollout['spec'] as never,
      updating: true,
    });
  }

  /** Argo Rollouts' own message about it as it is now, by the template and the service of the example. */
  async function notify(): Promise<Response> {
    const path = '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web';
    const now = await fetch(kubernetes.url + path, { headers: { authorization: 'Bearer test' } });
    const { webhook } = parse(notifications['template.prunella'] ?? '') as {
      webhook: { prunella: { method: string; body: string } };
    };
    const { url, headers } = parse(notifications['service.webhook.prunella'] ?? '') as {
      url: string;
      headers: { name: string; value: string }[];
    };
    return await fetch(services['detector']?.url + new URL(url).pathname, {
      method: webhook.prunella.method,
      headers: headers.map(({ name, value }) => [name, value.replace('$prunella-token', TOKEN)] as [string, string]),
      body: webhook.prunella.body.replace('{{toJson .rollout}}', await now.text()),
    });
  }

  const healed = (count: number) =>
    until(
      async () => {
        const seen = await eventsOn(bus, 'outcome.observed');
        return seen.length >= count && seen.at(-1);
      },
      `outcome ${count}`,
      60_000,
    );

  it('puts the stable template back when the analysis has aborted it, and proves that it is well', async () => {
    roll();
    kubernetes.abort('web', 'Metric "error-rate" assessed Failed due to failed (1) > failureLimit (0)');
    expect((await notify()).status).toBe(202);
    await until(() => kubernetes.effects.length > 0, 'the rollback', 60_000);
    kubernetes.settle('web', 'complete');
    expect((await notify()).status).toBe(202);
    expect(await healed(1)).toMatchObject({ action: 'rollback', outcome: 'healed' });
    expect(kubernetes.effects).toEqual([`shop/web -> ${stable}`]);
    expect(kubernetes.spec('web')['strategy']).toEqual((rollout['spec'] as { strategy: object }).strategy);
  }, 150_000);

  it('aborts an update that goes on, and puts the stable template back', async () => {
    kubernetes.remove('Rollout', 'web');
    roll();
    const body = {
      ...{ action: 'rollback', reason: 'customers can not pay', requested_by: 'ada' },
      ...{ pipeline_id: 'shop/web', platform: 'kubernetes', environment: 'shop', run_id: '1' },
      workload: { kind: 'Rollout', namespace: 'shop', name: 'web' },
    };
    const answer = await fetch(`${services['detector']?.url}/webhook/healing`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(202);
    await until(() => kubernetes.effects.length > 1, 'abort and undo', 60_000);
    kubernetes.settle('web', 'complete');
    expect(await healed(2)).toMatchObject({ action: 'rollback', outcome: 'healed' });
    expect(kubernetes.effects).toEqual(['shop/web -> {"abort":true}', `shop/web -> ${stable}`]);
  }, 150_000);
});

function fail(): never {
  throw new Error('expected it to be there');
}
