/** What a `tree` asks for: fields, each with those that are wanted of it, and the range of a list. */
interface Wanted {
  [field: string]: { of: Wanted | undefined; from: number; to: number };
}

/** What the classes of Jenkins and of the plugins that we know export. Jenkins passes over others without a word. */
const EXPORTED = new Set(
  'actions causes shortDescription userId userName upstreamBuild upstreamProject upstreamUrl parameters parameterDefinitions name value type lastBuiltRevision SHA1 branch remoteUrls number url building result timestamp duration displayName fullDisplayName fullName id builds items inQueueSince task why cancelled executable buildable blocked stuck property suites enclosingBlockNames cases className status errorDetails'.split(
    ' ',
  ),
);

/**
 * Cuts a value as the API does with `tree=a,b[c]{0,9}`; `_class` is always there.
 *
 * @returns the value, or what is wrong with the tree.
 */
export function treeOf(value: unknown, tree: string): { value: unknown } | { wrong: string } {
  const reader = { rest: tree };
  try {
    const wanted = fields(reader);
    return reader.rest === '' ? { value: cut(value, wanted) } : { wrong: `unexpected "${reader.rest.slice(0, 20)}"` };
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}

function fields(reader: { rest: string }): Wanted {
  const wanted: Wanted = {};
  do {
    const name = take(reader, /^\w+/);
    if (name === undefined) throw new Error(`expected the name of a field at "${reader.rest.slice(0, 20)}"`);
    if (!EXPORTED.has(name)) throw new Error(`nothing exports a field "${name}"`);
    let of: Wanted | undefined;
    if (take(reader, /^\[/) !== undefined) {
      of = fields(reader);
      if (take(reader, /^\]/) === undefined) throw new Error(`expected "]" at "${reader.rest.slice(0, 20)}"`);
    }
    const range = /^\{(\d*),(\d*)\}/.exec(take(reader, /^\{\d*,\d*\}/) ?? '');
    wanted[name] = { of, from: Number(range?.[1] ?? 0), to: range?.[2] ? Number(range[2]) : Infinity };
  } while (take(reader, /^,/) !== undefined);
  return wanted;
}

function take(reader: { rest: string }, pattern: RegExp): string | undefined {
  const found = pattern.exec(reader.rest)?.[0];
  if (found !== undefined) reader.rest = reader.rest.slice(found.length);
  return found;
}

function cut(value: unknown, wanted: Wanted): unknown {
  if (Array.isArray(value)) return value.map((one) => cut(one, wanted));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, field]) => {
      if (name === '_class') return [[name, field]];
      const wish = wanted[name];
      if (wish === undefined) return [];
      const ranged = Array.isArray(field) ? field.slice(wish.from, wish.to) : field;
      return [[name, wish.of === undefined ? bare(ranged) : cut(ranged, wish.of)]];
    }),
  );
}

/** A field whose own fields are not named is told without them. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (value === null || typeof value !== 'object') return value;
  return '_class' in value ? { _class: value._class } : {};
}
