import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accountsConf, DOORS, type Door, natsAddress, USERS } from '@prunella/bus';
import { healingRights, type Right, watchRights } from '@prunella/cluster';
import { parsePolicy } from '@prunella/policy';
import { watchedTypes } from '../../services/detector/src/watch/kubernetes/feeds.ts';
import {
  type KubernetesObject,
  nameOf,
  type Party,
  podsOf,
  problemsOf,
  reaches,
  shippedKinds,
} from './checks/index.ts';
import { kustomizeFiles } from './generated.ts';
import { MATRIX } from './matrix.ts';
import { findRenderer, ROOT } from './render.ts';

const found = await findRenderer();
if (found === undefined) {
  process.stderr.write(
    'the chart is not rendered here: neither helm nor Go with sprig (golang-go, golang-github-masterminds-sprig-dev, golang-k8s-sigs-yaml-dev)\n',
  );
}
const withRenderer = found === undefined ? describe.skip : describe;

/** Made by hand in the tests' stories. */
const external = (reference: string) =>
  /^Secret ci\/(ours|prunella-api|prunella-postgres|prunella-nats)$|^ConfigMap ci\/ours$/.test(reference);

let rendered: Map<string, KubernetesObject[]>;

async function render(values: Record<string, unknown>): Promise<KubernetesObject[]> {
  const [result] = (await found?.renderer([{ name: 'one', release: 'prunella', namespace: 'ci', values }])) ?? [];
  if (result === undefined || 'error' in result) throw new Error(result?.error);
  return result.objects;
}

withRenderer('the chart', () => {
  beforeAll(async () => {
    const results = (await found?.renderer(MATRIX)) ?? [];
    rendered = new Map(
      results.map((result, index) => {
        const name = MATRIX[index]?.name ?? '';
        if ('error' in result) throw new Error(`${name}: ${result.error}`);
        return [name, result.objects];
      }),
    );
  });

  it('has no mistake in any combination of its switches', () => {
    expect(rendered.size).toBeGreaterThanOrEqual(30);
    const problems = [...rendered].flatMap(([name, objects]) =>
      problemsOf(objects, external).map((problem) => `[${name}] ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  it('ships the kinds that are checked, and each combination has its services', () => {
    const kinds = new Set([...rendered.values()].flat().map(({ kind }) => kind));
    expect([...kinds, 'Namespace'].sort()).toEqual([...shippedKinds].sort());
    for (const objects of rendered.values()) {
      expect(objects.filter(({ kind }) => kind === 'Deployment')).toHaveLength(4);
      const scalers = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject');
      expect([0, 4]).toContain(scalers.length);
    }
  });

  it('a mistake is seen, in whatever kind it is', () => {
    const one = new Map([...rendered.values()].flat().map((object) => [object.kind, object]));
    for (const object of one.values()) {
      expect(problemsOf([{ ...object, surprise: 1 }], () => true).join()).toMatch(/\/surprise is no field/);
      const part = ['spec', 'data', 'rules', 'roleRef'].find((key) => object[key] !== undefined);
      if (part === undefined) continue;
      const broken = structuredClone(object);
      broken[part] = part === 'rules' ? [{ ...object[part][0], verb: ['get'] }] : 'wrong';
      expect(`${object.kind}: ${problemsOf([broken], () => true).join()}`).toMatch(/ must be |no field/);
    }
  });

  it.each`
    mistake                           | plant                                                                                                                     | says
    ${'a selector of nobody'}         | ${(o: Find) => (o('Service', 'detector')['spec'].selector.a = 'b')}                                                       | ${/Service ci\/prunella-detector: selects no pods/}
    ${'a port that is not there'}     | ${(o: Find) => (o('Service', 'detector')['spec'].ports[0].targetPort = 'htp')}                                            | ${/has no port htp/}
    ${'a probe elsewhere'}            | ${(o: Find) => (container(o).livenessProbe.httpGet.port = 'htp')}                                                         | ${/a probe asks at port htp/}
    ${'labels of another'}            | ${(o: Find) => (o('Deployment', 'detector')['spec'].template.metadata.labels['app.kubernetes.io/component'] = 'auditor')} | ${/does not select its own pods/}
    ${'a secret that nobody makes'}   | ${(o: Find) => (pod(o).volumes[2].projected.sources[0].secret.name = 'no')}                                               | ${/there is no Secret ci\/no/}
    ${'a password that nobody makes'} | ${(o: Find) => (o('StatefulSet', 'nats')['spec'].template.spec.containers[0].env[1].valueFrom.secretKeyRef.name = 'no')}  | ${/there is no Secret ci\/no/}
    ${'another service account'}      | ${(o: Find) => (pod(o).serviceAccountName = 'no')}                                                                        | ${/there is no ServiceAccount ci\/no/}
    ${'no such volume'}               | ${(o: Find) => (pod(o).volumes[0].name = 'no')}                                                                           | ${/mounts tmp, and there is no such volume/}
    ${'a scaler of nothing'}          | ${(o: Find) => (o('HorizontalPodAutoscaler', 'detector')['spec'].scaleTargetRef.name = 'no')}                             | ${/there is no Deployment ci\/no/}
    ${'two who say how many'}         | ${(o: Find) => (o('Deployment', 'detector')['spec'].replicas = 2)}                                                        | ${/says how many, too/}
    ${'a budget of nobody'}           | ${(o: Find) => (o('PodDisruptionBudget', 'detector')['spec'].selector.matchLabels.a = 'b')}                               | ${/selects not one workload/}
    ${'another role'}                 | ${(o: Find) => (o('ClusterRoleBinding', 'detector')['roleRef'].name = 'no')}                                              | ${/there is no ClusterRole no/}
    ${'latest'}                       | ${(o: Find) => (container(o).image = 'prunella/detector:latest')}                                                         | ${/has no version/}
    ${'no version'}                   | ${(o: Find) => (container(o).image = 'prunella/detector')}                                                                | ${/has no version/}
    ${'root'}                         | ${(o: Find) => (pod(o).securityContext.runAsUser = 0)}                                                                    | ${/may run as root/}
    ${'a secret in plain sight'}      | ${(o: Find) => container(o).env.push({ name: 'GITHUB_TOKEN', value: 'x' })}                                               | ${/has the value of GITHUB_TOKEN/}
    ${'a path to no service'}         | ${(o: Find) => (o('Ingress', 'ingress')['spec'].rules[0].http.paths[0].backend.service.name = 'no')}                      | ${/there is no Service ci\/no/}
  `('sees $mistake', async ({ plant, says }: { plant: (find: Find) => void; says: RegExp }) => {
    const objects = await render({ autoscaling: { by: 'cpu' }, ingress: { enabled: true } });
    expect(problemsOf(objects, external)).toEqual([]);
    plant((kind, component) => {
      const object = objects.find(
        (one) => one.kind === kind && one.metadata.labels?.['app.kubernetes.io/component'] === component,
      );
      if (object === undefined) throw new Error(`no ${kind} of ${component}`);
      return object;
    });
    expect(problemsOf(objects, external).join('\n')).toMatch(says);
  });

  it.each`
    namespaces
    ${[]}
    ${['shop', 'checkout']}
  `('gives exactly the rights that are used, in $namespaces', async ({ namespaces }: { namespaces: string[] }) => {
    const objects = await render({ cluster: { namespaces } });
    expect(rightsOf(objects, 'detector')).toEqual(listed(watchRights(watchedTypes, namespaces)));
    expect(rightsOf(objects, 'remediator')).toEqual(listed(healingRights(namespaces)));
    expect(rightsOf(objects, 'auditor')).toEqual([]);
    expect(rightsOf(objects, 'diagnoser')).toEqual([]);
  });

  it('only who talks to the cluster has a token for it, or is told where it is', () => {
    for (const objects of rendered.values()) {
      for (const { labels, spec } of podsOf(objects)) {
        const component = labels['app.kubernetes.io/component'] ?? '';
        const { value } =
          spec.containers[0].env?.find(({ name }: { name: string }) => name === 'KUBERNETES_SERVICE_HOST') ?? {};
        if (!['detector', 'remediator'].includes(component)) expect(spec.automountServiceAccountToken).toBe(false);
        if (component in PORTS) expect(spec.automountServiceAccountToken).toBe(value === undefined);
      }
    }
  });

  it('lets through what has to talk, and nothing else', async () => {
    const values = { postgres: { bundled: true }, autoscaling: { by: 'lag' } };
    const objects = await render(values);
    const say = (from: string, to: string, port: number) => `${from} -> ${to}:${port}`;
    const allowed: string[] = [];
    for (const from of Object.keys(parties(objects))) {
      for (const [to, ports] of Object.entries(TARGETS)) {
        for (const port of ports) {
          const [sender, receiver] = [parties(objects)[from], parties(objects)[to]];
          if (from === to && from !== 'nats') continue;
          if (sender && receiver && reaches(objects, sender, receiver, port)) allowed.push(say(from, to, port));
        }
      }
    }
    const services = Object.keys(PORTS) as (keyof typeof PORTS)[];
    expect(allowed.sort()).toEqual(
      [
        ...[...services, 'provision'].map((service) => say(service, 'nats', 4222)),
        ...services.flatMap((service) => [
          say('test', service, PORTS[service]),
          say('monitoring', service, PORTS[service]),
          say(service, 'outside', 443),
        ]),
        ...['auditor', 'detector', 'diagnoser'].flatMap((service) => [
          say('ingress', service, PORTS[service as keyof typeof PORTS]),
          say('keda', service, PORTS[service as keyof typeof PORTS]),
        ]),
        ...['detector', 'remediator'].map((service) => say(service, 'outside', 6443)),
        say('auditor', 'postgres', 5432),
        say('nats', 'nats', 6222),
        say('keda', 'nats', 8222),
        ...['monitoring', 'ingress', 'keda'].flatMap((name) =>
          [443, 5432, 6443].map((port) => say(name, 'outside', port)),
        ),
      ].sort(),
    );
  });

  it('lets services out to a NATS and a database elsewhere', async () => {
    const objects = await render({ nats: { bundled: false, external: { url: 'nats://a:14222', port: 14222 } } });
    const { auditor, detector } = parties(objects) as Record<string, Party>;
    const reach = (from: Party | undefined, port: number) =>
      from !== undefined && reaches(objects, from, 'outside', port);
    expect([reach(auditor, 14222), reach(detector, 14222), reach(auditor, 5432), reach(detector, 5432)]).toEqual([
      ...[true, true, true, false],
    ]);
  });

  it.each`
    values                                                                                                                       | url                                                | secrets
    ${{}}                                                                                                                        | ${'nats://detector@prunella-nats:4222'}            | ${['NATS_PASSWORD=prunella-nats/detector']}
    ${{ nats: { tls: { existingSecret: 'ours' } } }}                                                                             | ${'tls://detector@prunella-nats:4222'}             | ${['NATS_CA=ours/ca.crt', 'NATS_PASSWORD=prunella-nats/detector']}
    ${{ nats: { bundled: false, external: { url: 'nats://a:4222,nats://b:4222', usersSecret: 'ours' } } }}                       | ${'nats://detector@a:4222,nats://detector@b:4222'} | ${['NATS_PASSWORD=ours/detector']}
    ${{ nats: { bundled: false, external: { url: 'a:4222, tls://b', usersSecret: 'ours' } } }}                                   | ${'detector@a:4222,tls://detector@b'}              | ${['NATS_PASSWORD=ours/detector']}
    ${{ nats: { bundled: false, external: { url: 'nats://a:4222' } } }}                                                          | ${'nats://a:4222'}                                 | ${[]}
    ${{ nats: { bundled: false, external: { url: 'nats://a', usersSecret: 'ours', existingSecret: 'theirs' } } }}                | ${undefined}                                       | ${['NATS_URL=theirs/url']}
    ${{ nats: { bundled: false, external: { url: 'nats://a' } }, detector: { secrets: { NATS_URL: { name: 'o', key: 'k' } } } }} | ${undefined}                                       | ${['NATS_URL=o/k']}
  `('the detector signs in at NATS as itself with $values', async ({ values, url, secrets }) => {
    const detector = (await render(values)).find((object) => nameOf(object) === 'Deployment ci/prunella-detector');
    const { containers, volumes } = detector?.['spec'].template.spec ?? {};
    const env: { name: string; value: string }[] = containers[0].env;
    expect(env.find(({ name }) => name === 'NATS_URL')?.value).toBe(url);
    expect(natsFiles(volumes).sort()).toEqual(secrets);
    const hasUser = secrets.some((secret: string) => secret.startsWith('NATS_PASSWORD'));
    if (hasUser) expect(natsAddress(url, { password: 'p' })).toMatchObject({ user: 'detector', pass: 'p' });
  });

  it('only the auditor has the token of the API, the others know it by its hash', async () => {
    const tokenOf = async (values: Record<string, unknown>) =>
      Object.fromEntries(
        podsOf(await render(values)).flatMap(({ labels, spec }) =>
          secretFiles(spec.volumes)
            .filter(({ path }) => path === 'PRUNELLA_API_TOKEN')
            .map(({ from }) => [labels['app.kubernetes.io/component'], from]),
        ),
      );
    const others = ['detector', 'diagnoser', 'remediator'];
    expect(await tokenOf({})).toEqual({
      auditor: 'prunella-api/token',
      ...Object.fromEntries(others.map((name) => [name, 'prunella-api/hash'])),
    });
    expect(await tokenOf({ api: { existingSecret: 'ours', key: 'k', hashKey: '' } })).toEqual(
      Object.fromEntries(['auditor', ...others].map((name) => [name, 'ours/k'])),
    );
  });

  it('nobody but NATS and who provisions has the password of the admin, and no service that of another', async () => {
    const seen = podsOf(await render({})).map(({ labels, spec }) => [
      labels['app.kubernetes.io/component'],
      [...natsFiles(spec.volumes), ...(spec.containers[0].env ?? []).flatMap(natsVariable)],
    ]);
    const { nats, ...others } = Object.fromEntries(seen) as Record<string, string[]>;
    expect(others).toEqual({
      ...Object.fromEntries(Object.keys(PORTS).map((name) => [name, [`NATS_PASSWORD=prunella-nats/${name}`]])),
      provision: ['NATS_PASSWORD=prunella-nats/admin'],
      test: [],
    });
    expect(nats).toEqual(
      [...USERS, 'routes'].map((user) => `PRUNELLA_NATS_${user.toUpperCase()}=prunella-nats/${user}`),
    );
  });

  it.each([[[]], [['slack']], [['requests', 'slack']]] as Door[][][])(
    'with %j open the servers have just these accounts',
    async (open) => {
      const map = (await render({ nats: { open } })).find((object) => nameOf(object) === 'ConfigMap ci/prunella-nats');
      const doors = (Object.keys(DOORS) as Door[]).filter((door) => open.includes(door));
      const accounts = accountsConf({ passwordOf: (user) => `$PRUNELLA_NATS_${user.toUpperCase()}`, doors });
      expect(map?.['data']['nats.conf']).toContain(accounts.trimEnd());
    },
  );

  it('who provisions anew has a new name: a Job can not be changed', async () => {
    const job = async (values: Record<string, unknown>) =>
      (await render(values)).find(({ kind }) => kind === 'Job')?.metadata.name ?? '';
    const names = await Promise.all([{}, { image: { tag: '9.9.9' } }, { nats: { replicas: 1 } }].map(job));
    expect(new Set(names).size).toBe(3);
    expect(await job({})).toBe(names[0]);
    expect((await job({ fullnameOverride: 'x'.repeat(60) })).length).toBeLessThanOrEqual(63);
  });

  it('secrets can be read by the group of the pod, and by nobody else', () => {
    for (const { spec } of podsOf([...rendered.values()].flat())) {
      for (const { projected, secret } of spec.volumes ?? []) {
        if (projected || secret) expect((projected ?? secret).defaultMode).toBe(0o440);
      }
    }
  });

  it('`helm test` says who is not ready', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/ready' ? 200 : 503;
      response.end('{"checks":{"nats":"not connected"}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const test = (await render({})).find(({ kind }) => kind === 'Pod');
    const command: string[] = test?.['spec'].containers[0].command;
    expect(command.slice(4)).toEqual(
      Object.entries(PORTS).map(([service, port]) => `http://prunella-${service}:${port}/readyz`),
    );
    const ask = (...urls: string[]) =>
      promisify(execFile)(process.execPath, [...command.slice(1, 4), ...urls]).then(
        ({ stdout }) => ({ code: 0, stdout }),
        ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
      );
    expect(await ask(`${url}/ready`)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok /) });
    expect(await ask(`${url}/ready`, `${url}/no`)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/FAILED .*\/no .*not connected/),
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('its prunella.yaml is a policy, which says of which namespaces it is', () => {
    let seen = 0;
    for (const [name, objects] of rendered) {
      const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-config'));
      if (map === undefined) continue;
      const policy = parsePolicy(map['data']['prunella.yaml']);
      const wanted = /cluster=1/.test(name) ? ['shop', 'checkout'] : /cluster=3/.test(name) ? ['shop'] : [];
      expect(policy.kubernetes.namespaces).toEqual(wanted);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(5);
  });

  it.each`
    values                                                                                          | says
    ${{ nats: { bundled: false } }}                                                                 | ${/nats\.external: name `url` or `existingSecret`/}
    ${{ nats: { bundled: false, external: { url: 'nats://a:4222' } }, autoscaling: { by: 'lag' } }} | ${/autoscaling\.monitoring/}
    ${{ gateway: { enabled: true } }}                                                               | ${/gateway\.parentRefs/}
  `('refuses $values', async ({ values, says }) => {
    await expect(render(values)).rejects.toThrow(says);
  });

  it('plain manifests are what the chart makes (npm run kubernetes:generate)', async () => {
    if (found === undefined) return;
    for (const [path, text] of await kustomizeFiles(found.renderer)) {
      expect({ path, text: await readFile(join(ROOT, path), 'utf8').catch(() => 'not there') }).toEqual({ path, text });
    }
  });
});

type Find = (kind: string, component: string) => KubernetesObject;
const pod = (find: Find) => find('Deployment', 'detector')['spec'].template.spec;
const container = (find: Find) => pod(find).containers[0];

/** `NATS_PASSWORD=prunella-nats/detector`: what of NATS is mounted. */
type Volumes = { projected?: { sources: { secret: SecretItems }[] } }[];

/** Files out of secrets, and which key of which secret each is. */
function secretFiles(volumes: Volumes = []): { path: string; from: string }[] {
  return volumes.flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ secret: { name, items } }) =>
      items.map(({ key, path }) => ({ path, from: `${name}/${key}` })),
    ),
  );
}

function natsFiles(volumes?: Volumes): string[] {
  return secretFiles(volumes)
    .filter(({ path }) => path.startsWith('NATS_'))
    .map(({ path, from }) => `${path}=${from}`);
}

interface SecretItems {
  name: string;
  items: { key: string; path: string }[];
}

function natsVariable({
  name,
  valueFrom,
}: {
  name: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string } };
}) {
  return valueFrom?.secretKeyRef ? [`${name}=${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}`] : [];
}

const PORTS = { auditor: 7100, detector: 7101, diagnoser: 7102, remediator: 7103 } as const;
const TARGETS: Record<string, number[]> = {
  ...Object.fromEntries(Object.entries(PORTS).map(([name, port]) => [name, [port]])),
  ...{ nats: [4222, 6222, 8222], postgres: [5432], outside: [443, 5432, 6443] },
};

/** Everybody who may want to talk: our pods, and some of other namespaces. */
function parties(objects: readonly KubernetesObject[]): Record<string, Party> {
  const elsewhere = (namespace: string) => ({ namespace, namespaceLabels: {}, labels: {} });
  return {
    ...Object.fromEntries(podsOf(objects).map((one) => [one.labels['app.kubernetes.io/component'], one])),
    ...{ monitoring: elsewhere('monitoring'), ingress: elsewhere('ingress-nginx'), keda: elsewhere('keda') },
    outside: 'outside',
  };
}

/** `list apps/deployments in shop` */
function listed(rights: readonly Right[]): string[] {
  return rights
    .map(({ verb, group, resource, subresource, namespace }) =>
      says(verb, group, subresource === undefined ? resource : `${resource}/${subresource}`, namespace),
    )
    .sort();
}

function says(verb: string, group: string, resource: string, namespace: string): string {
  return `${verb} ${group}/${resource} in ${namespace || 'all'}`;
}

/** What the account of a service may do, by the roles that are bound to it. */
function rightsOf(objects: readonly KubernetesObject[], component: string): string[] {
  return objects
    .filter(
      (object) =>
        object.kind.endsWith('RoleBinding') &&
        object['subjects'].some(({ name }: { name: string }) => name === `prunella-${component}`),
    )
    .flatMap((binding) => {
      const { kind, name } = binding['roleRef'];
      const wanted = kind === 'Role' ? `Role ${binding.metadata.namespace}/${name}` : `ClusterRole ${name}`;
      const rules = objects.find((object) => nameOf(object) === wanted)?.['rules'] ?? [];
      return rules.flatMap((rule: { apiGroups: string[]; resources: string[]; verbs: string[] }) =>
        rule.apiGroups.flatMap((group) =>
          rule.resources.flatMap((resource) =>
            rule.verbs.map((verb) => says(verb, group, resource, binding.metadata.namespace ?? '')),
          ),
        ),
      );
    })
    .sort();
}
