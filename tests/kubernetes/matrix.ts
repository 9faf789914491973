import { pairwise } from './combinations.ts';
import type { Case } from './render.ts';

type Values = Record<string, unknown>;

const SECRETS = { GITHUB_TOKEN: { name: 'ours', key: 'github' }, GITHUB_APP_PRIVATE_KEY: { name: 'ours', key: 'app' } };
const EVERYTHING = {
  ...{
    podAnnotations: { a: 'b' },
    podLabels: { team: 'platform' },
    serviceAccountAnnotations: { a: 'b' },
    env: { A: 1 },
  },
  extraVolumes: [{ name: 'more', configMap: { name: 'ours' } }],
  extraVolumeMounts: [{ name: 'more', mountPath: '/more' }],
};

/** The real switches of the chart: each option is what a user would set. */
export const SWITCHES = {
  nats: [
    {},
    { nats: { replicas: 1 } },
    { nats: { replicas: 5, storage: { className: 'fast' } } },
    { nats: { bundled: false, external: { url: 'nats://a.example:4222,nats://b.example:4222', replicas: 1 } } },
    { nats: { bundled: false, external: { existingSecret: 'ours', port: 14222 } } },
    { nats: { existingSecret: 'ours', open: ['slack', 'requests'], tls: { existingSecret: 'ours', caKey: 'ca.pem' } } },
    { nats: { bundled: false, external: { url: 'tls://a.example:4222', usersSecret: 'ours' } } },
  ],
  postgres: [{}, { postgres: { bundled: true, existingSecret: 'ours', storage: { className: 'fast' } } }],
  scaling: [{}, { autoscaling: { by: 'cpu' } }, { autoscaling: { by: 'lag', monitoring: 'nats.example:8222' } }],
  cluster: [
    {},
    { cluster: { namespaces: ['shop', 'checkout'] } },
    { cluster: { heal: false } },
    { cluster: { watch: false, namespaces: ['shop'] } },
    { cluster: { watch: false, heal: false } },
    { cluster: { rbac: false } },
  ],
  network: [
    {},
    { networkPolicy: { enabled: false } },
    {
      networkPolicy: {
        ...{ clients: [], monitoring: [], egressPorts: [] },
        natsClients: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ci' } } }],
      },
    },
  ],
  disruptions: [{}, { podDisruptionBudget: { enabled: false } }],
  config: [
    {},
    { config: { existingConfigMap: 'ours' } },
    { config: { restartOnChange: true, policy: { version: 1, mode: 'act', kubernetes: { watch: true } } } },
  ],
  secrets: [
    {},
    { secrets: { PROMETHEUS_TOKEN: { name: 'ours', key: 'prometheus' } }, remediator: { secrets: SECRETS } },
  ],
  metrics: [
    {},
    { metrics: { serviceMonitor: { enabled: true, labels: { release: 'prometheus' } } } },
    {
      metrics: {
        prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
        serviceMonitor: { enabled: true },
      },
    },
  ],
  entry: [
    {},
    { ingress: { enabled: true } },
    {
      ingress: { enabled: true, className: 'nginx', tlsSecret: 'ours', annotations: { a: 'b' } },
      api: { publicUrl: 'https://a.example' },
    },
    { gateway: { enabled: true, parentRefs: [{ name: 'public', namespace: 'gateways' }], hostnames: ['a.example'] } },
  ],
  tests: [{}, { tests: { enabled: false } }],
  names: [{}, { fullnameOverride: 'healer' }, { nameOverride: 'healer' }],
  extras: [
    {},
    {
      image: { registry: 'registry.example.com/prunella', tag: '1.2.3', pullPolicy: 'Always', pullSecrets: ['ours'] },
      pods: {
        ...{ nodeSelector: { a: 'b' }, tolerations: [{ key: 'a', operator: 'Exists' }], priorityClassName: 'high' },
        affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'a' }] } },
      },
      diagnoser: { rulesConfigMap: 'ours', ...EVERYTHING },
      auditor: EVERYTHING,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318' },
    },
  ],
} as const satisfies Record<string, readonly Values[]>;

/** Each option of each switch with each option of every other one. */
export const MATRIX: readonly Case[] = pairwise(SWITCHES).map((chosen) => {
  const entries = Object.entries(chosen) as [keyof typeof SWITCHES, number][];
  return {
    name: entries
      .filter(([, option]) => option > 0)
      .map(([name, option]) => `${name}=${option}`)
      .join(' '),
    release: chosen.names === 0 ? 'prunella' : 'ours',
    namespace: 'ci',
    values: entries.reduce((all, [name, option]) => merged(all, SWITCHES[name][option] ?? {}), {} as Values),
  };
});

/** As Helm lays values over values. */
export function merged(below: Values, above: Values): Values {
  const isMap = (value: unknown): value is Values =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = result[key];
    result[key] = isMap(under) && isMap(value) ? merged(under, value) : value;
  }
  return result;
}
