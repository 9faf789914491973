/** A class of kubernetes-models: a kind of Kubernetes or of a custom resource, by its published schema. */
export type Model = new (object: never) => { validate(): void };

/**
 * Why a manifest is none of its kind: what the schema says of it, or a field that the schema does not know (an API server drops such fields without a word);
 * undefined: it is one.
 *
 * The validators of kubernetes-models are compiled and pass over what they don't know, so it is noted what they read.
 */
export function problemOfManifest(Kind: Model, manifest: object): string | undefined {
  const read = new Set<string>();
  const instance = new Kind(manifest as never);
  try {
    noting(instance, '', read).validate();
  } catch (error) {
    return String(error);
  }
  const unknown = pathsIn(instance, '').filter((path) => !read.has(path));
  return unknown.length === 0 ? undefined : `unknown fields: ${unknown.join(', ')}`;
}

function noting<T extends object>(object: T, path: string, read: Set<string>): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'string') read.add(`${path}.${key}`);
      return typeof value === 'object' && value !== null ? noting(value, `${path}.${String(key)}`, read) : value;
    },
  });
}

function pathsIn(object: object, path: string): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const at = `${path}.${key}`;
    return typeof value === 'object' && value !== null ? [at, ...pathsIn(value, at)] : [at];
  });
}
