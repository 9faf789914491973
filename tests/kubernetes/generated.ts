import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONSUMERS, EVENTS } from '@prunella/bus';
import { parse, stringify } from 'yaml';
import type { KubernetesObject } from './checks/index.ts';
import { natsAccounts } from './nats-accounts.ts';
import { type Case, CHART, type Renderer, ROOT, YAML_VERSION } from './render.ts';
import { valuesPage } from './values-table.ts';

/** Files by their path from the root of the tree. */
export type Files = Map<string, string>;

const OBSERVABILITY = join(ROOT, 'deploy', 'observability');
const IN_CHART = 'deploy/kubernetes/helm/prunella/files';
const KUSTOMIZE = 'deploy/kubernetes/kustomize';

/** What the chart holds a copy of, and its page in the reference: made without a renderer. */
export async function copiedFiles(): Promise<Files> {
  const files: Files = new Map([
    [`${IN_CHART}/consumers.yaml`, consumers()],
    ['deploy/kubernetes/helm/prunella/templates/_nats-accounts.tpl', natsAccounts()],
    ['docs/reference/helm-values.md', valuesPage(await readFile(join(CHART, 'values.yaml'), 'utf8'))],
  ]);
  for (const name of (await readdir(OBSERVABILITY)).sort()) {
    if (!name.endsWith('.yml') || name.endsWith('.test.yml')) continue;
    const text = await readFile(join(OBSERVABILITY, name), 'utf8');
    if (Array.isArray(parse(text)?.groups)) files.set(`${IN_CHART}/alerts/${name}`, text);
  }
  return files;
}

/** By which consumers each service is behind. */
function consumers(): string {
  const byService = Map.groupBy(Object.keys(CONSUMERS), (name) => name.slice(0, name.indexOf('-')));
  return `# Made from libs/bus/src/topology.ts by npm run kubernetes:generate.\n${stringify({
    stream: EVENTS.name,
    consumers: Object.fromEntries(byService),
  })}`;
}

/** With what values each folder of plain manifests is made, and which components of it are in there. */
const FOLDERS = {
  base: {
    components: undefined,
    values: { nats: { bundled: false, external: { url: 'nats://prunella-nats:4222', usersSecret: 'prunella-nats' } } },
  },
  'nats-cluster': { components: ['nats', 'provision'], values: { nats: { bundled: true, replicas: 3 } } },
  'nats-single': { components: ['nats', 'provision'], values: { nats: { bundled: true, replicas: 1 } } },
  postgres: { components: ['postgres'], values: { postgres: { bundled: true } } },
} as const;

/** The plain manifests for Kustomize. They are what the chart makes; what is Helm's about them is left out. */
export async function kustomizeFiles(render: Renderer): Promise<Files> {
  const cases = Object.entries(FOLDERS).map(
    ([name, { values }]): Case => ({
      ...{ name, release: 'prunella', namespace: 'prunella' },
      values: { ...values, tests: { enabled: false } },
    }),
  );
  const rendered = await render(cases);
  const files: Files = new Map();
  for (const [index, [folder, { components }]] of Object.entries(FOLDERS).entries()) {
    const result = rendered[index];
    if (result === undefined || 'error' in result) throw new Error(`${folder}: ${result?.error}`);
    const all = result.objects.filter((object) => {
      const component = componentOf(object);
      return components === undefined || components.some((wanted) => wanted === component);
    });
    const byComponent = Map.groupBy(all.map(plain), componentOf);
    const names = [...byComponent.keys()].sort();
    for (const name of names) {
      const documents = (byComponent.get(name) ?? []).map((object) =>
        stringify(object, { lineWidth: 0, version: YAML_VERSION }),
      );
      files.set(`${KUSTOMIZE}/${folder}/${name}.yaml`, `${MADE}${documents.join('---\n')}`);
    }
    const namespace = components === undefined ? ['namespace.yaml'] : [];
    if (namespace.length > 0) files.set(`${KUSTOMIZE}/${folder}/namespace.yaml`, `${MADE}${stringify(NAMESPACE)}`);
    files.set(
      `${KUSTOMIZE}/${folder}/kustomization.yaml`,
      `${MADE}${stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [...namespace, ...names.map((name) => `${name}.yaml`)],
      })}`,
    );
  }
  return files;
}

const MADE =
  '# Made from deploy/kubernetes/helm/prunella by npm run kubernetes:generate. Change it there, or in an overlay.\n';

/** Pods that ask for more than ours do are refused in it. */
const NAMESPACE = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'prunella', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
};

function componentOf({ metadata }: KubernetesObject): string {
  return metadata.labels?.['app.kubernetes.io/component'] ?? 'other';
}

/** Without the labels that say that Helm looks after it. */
function plain(object: KubernetesObject): KubernetesObject {
  const without = (labels: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(labels).filter(([key]) => key !== 'helm.sh/chart' && key !== 'app.kubernetes.io/managed-by'),
    );
  const copy = structuredClone(object);
  copy.metadata.labels = without(copy.metadata.labels);
  const template = copy['spec']?.template;
  if (template?.metadata !== undefined) template.metadata.labels = without(template.metadata.labels);
  return copy;
}
