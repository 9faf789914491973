/** An object of Kubernetes as it stands in a manifest; whether it fits its schema is for `schemaProblems` to say. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: of every kind; the schemas say what is in it.
  [field: string]: any;
}

/** `Deployment shop/web` */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata?.namespace === undefined ? '' : `${metadata.namespace}/`}${metadata?.name}`;
}

/** A pod that an object makes: what it is like, and where it runs. */
export interface Pod {
  owner: string;
  namespace: string;
  labels: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: a PodSpec; checked by its schema.
  spec: any;
}

/** The pods that these objects make, one for each object. */
export function podsOf(objects: readonly KubernetesObject[]): Pod[] {
  return objects.flatMap((object) => {
    const template = object.kind === 'Pod' ? object : object['spec']?.template;
    if (template?.spec?.containers === undefined) return [];
    return [
      {
        owner: nameOf(object),
        namespace: object.metadata.namespace ?? 'default',
        labels: template.metadata?.labels ?? {},
        spec: template.spec,
      },
    ];
  });
}

interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** An empty selector selects everything. */
export function selects(selector: LabelSelector, labels: Record<string, string>): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === 'In') return value !== undefined && values.includes(value);
      if (operator === 'NotIn') return value === undefined || !values.includes(value);
      return operator === 'Exists' ? value !== undefined : value === undefined;
    })
  );
}
