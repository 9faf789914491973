/** Any JSON object. */
export type Json = { [key: string]: unknown };

export interface Operation {
  op: string;
  path: string;
  value?: unknown;
}

/** A patch that can't be applied, as the API server says it. */
export class PatchError extends Error {}

/** RFC 6902, without `move` and `copy`: all of it or nothing. */
export function jsonPatched(object: Json, operations: readonly Operation[]): Json {
  const result = structuredClone(object);
  for (const { op, path, value } of operations) {
    const keys = path.split('/').slice(1).map(unescaped);
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((at, key) => (at as Json | undefined)?.[key], result) as Json | undefined;
    if (parent === undefined || typeof parent !== 'object') throw new PatchError(`doc is missing path: ${path}`);
    if (op !== 'add' && !(last in parent)) throw new PatchError(`doc is missing key: ${path}`);
    switch (op) {
      case 'add':
      case 'replace':
        parent[last] = structuredClone(value);
        break;
      case 'remove':
        delete parent[last];
        break;
      case 'test':
        if (JSON.stringify(parent[last]) !== JSON.stringify(value))
          throw new PatchError(`testing value ${path} failed`);
        break;
      default:
        throw new PatchError(`unexpected kind: ${op}`);
    }
  }
  return result;
}

/** RFC 7386. */
export function mergePatched(object: Json, patch: Json): Json {
  const result: Json = { ...object };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (isObject(value)) result[key] = mergePatched(isObject(result[key]) ? (result[key] as Json) : {}, value);
    else result[key] = value;
  }
  return result;
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
