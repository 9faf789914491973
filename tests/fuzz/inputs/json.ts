import fc from 'fast-check';
import { bytesOf } from '../target.ts';
import { text } from './text.ts';

type Json = unknown;
type Path = (string | number)[];

/** Written where a value of JSON stands that `JSON.stringify` can't write: keys that are there twice or mean something to JavaScript, numbers of any length. */
const RAW = [
  ...['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}', '{"a":1,"a":[]}', '1e400', '-1e-400', '-0'],
  ...[`1${'0'.repeat(400)}`, '0.1000000000000000055511151231257827', '9007199254740993', '[[[[[[[[]]]]]]]]'],
  ...[nested('[', ']', 200), nested('{"a":', '}', 200), nested('[', ']', 8_000), nested('{"fields":', '}', 6_000)],
];
const HOLE = 'raw-value-';

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(null, true, false, 0, -1, 1, 0.5, 2 ** 31, 2 ** 53, 1e308, [], {}, [[]]) },
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(text, fc.integer()), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null)), { maxKeys: 4 }) },
  { weight: 2, arbitrary: fc.nat(RAW.length - 1).map((at) => `${HOLE}${at}`) },
);

type Edit = { at: number } & (
  | { kind: 'set'; value: Json }
  | { kind: 'drop' | 'repeat' | 'wrap' }
  | { kind: 'add'; key: string; value: Json }
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ at: fc.nat(), kind: fc.constant('set' as const), value }) },
  {
    weight: 3,
    arbitrary: fc.record({ at: fc.nat(), kind: fc.constantFrom('drop' as const, 'repeat' as const, 'wrap' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ at: fc.nat(), kind: fc.constant('add' as const), key: text, value }) },
);

/** JSON values near the given ones: some of their values are others, are gone, stand there more often. */
export function near(samples: readonly Json[]): fc.Arbitrary<Json> {
  return (
    fc
      .tuple(fc.nat(samples.length - 1), fc.array(edit, { minLength: 1, maxLength: 4 }))
      // The values of edits are of one array for all inputs: what is put in is a copy, or the next edit would change them for good, up to lists that hold themselves.
      .map(([at, edits]) => edits.map((one) => structuredClone(one)).reduce(changed, structuredClone(samples[at])))
  );
}

/** The same as text. */
export function jsonText(samples: readonly Json[]): fc.Arbitrary<string> {
  return near(samples).map(written);
}

export function jsonBytes(samples: readonly Json[]): fc.Arbitrary<Uint8Array> {
  return jsonText(samples).map(bytesOf);
}

/** JSON with the values in it that only text can hold. */
export function written(json: Json): string {
  const whole = JSON.stringify(json) ?? 'null';
  return whole.replace(new RegExp(`"${HOLE}(\\d+)"`, 'g'), (_, at: string) => RAW[Number(at)] ?? 'null');
}

export function nested(open: string, close: string, depth: number): string {
  return `${open.repeat(depth)}${open.endsWith(':') ? 'null' : ''}${close.repeat(depth)}`;
}

function changed(root: Json, one: Edit): Json {
  const paths = pathsIn(root);
  const path = paths[one.at % paths.length] as Path;
  if (path.length === 0 && one.kind !== 'add') return one.kind === 'set' ? one.value : root;
  const parent = path.slice(0, -1).reduce<Json>((at, key) => (at as Record<string, Json>)[key], root) as Record<
    string,
    Json
  >;
  const key = String(path.at(-1) ?? '');
  switch (one.kind) {
    case 'set':
      put(parent, key, one.value);
      return root;
    case 'drop':
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      return root;
    case 'repeat':
      if (Array.isArray(parent)) parent.push(...Array.from({ length: 50 }, () => structuredClone(parent[Number(key)])));
      else put(parent, key, [parent[key], structuredClone(parent[key])]);
      return root;
    case 'wrap':
      put(parent, key, [parent[key]]);
      return root;
    case 'add': {
      const at = path.reduce<Json>((inner, part) => (inner as Record<string, Json>)[part], root);
      if (typeof at === 'object' && at !== null && !Array.isArray(at))
        put(at as Record<string, Json>, one.key, one.value);
      return root;
    }
  }
}

/** As a property of its own, whatever it is called. */
function put(parent: Record<string, Json>, key: string, to: Json): void {
  Object.defineProperty(parent, key, { value: to, enumerable: true, writable: true, configurable: true });
}

function pathsIn(root: Json, path: Path = []): Path[] {
  if (typeof root !== 'object' || root === null) return [path];
  const inner = Array.isArray(root) ? [...root.entries()] : Object.entries(root);
  return [path, ...inner.flatMap(([key, inside]) => pathsIn(inside, [...path, key]))];
}
