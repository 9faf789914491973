import { type Document, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { PolicyError } from './errors.ts';
import { nearest } from './nearest.ts';
import { PolicyFile } from './schema.ts';

/** A checked policy with all defaults. */
export type Policy = PolicyFile;

/** The simulated platform may be healed without asking: nothing real can break. */
const PLAYGROUND: Policy['pipelines'][number] = { match: { platform: 'playground' }, mode: 'act' };

/**
 * Parses `prunella.yaml`.
 *
 * @throws PolicyError naming the line and the setting.
 */
export function parsePolicy(text: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    throw new PolicyError(lines.linePos(mistake.pos[0]).line, '', mistake.message.split('\n')[0] ?? 'not YAML');
  }
  const result = PolicyFile.safeParse(plain(document));
  if (result.success) return { ...result.data, pipelines: [...result.data.pipelines, PLAYGROUND] };
  const [issue] = result.error.issues;
  if (issue === undefined) throw new PolicyError(undefined, '', 'not valid');
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  const node = document.getIn(unknown === undefined ? issue.path : path, true) as { range?: [number] } | undefined;
  const line = node?.range === undefined ? undefined : lines.linePos(node.range[0]).line;
  throw new PolicyError(line, pathText(path), unknown === undefined ? issue.message : unknownKey(unknown, issue.path));
}

/** A policy has no use for aliases, and they can be bombs: they are refused. */
function plain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    throw new PolicyError(undefined, '', 'YAML aliases (*name) are not allowed here; write the value out');
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const known = knownKeys(path);
  const near = nearest(key, known);
  return `unknown setting; ${near === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${near}"?`}`;
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = PolicyFile;
  for (const key of path) schema = typeof key === 'number' ? elementOf(schema) : shapeOf(schema)[String(key)];
  return Object.keys(shapeOf(schema));
}

function shapeOf(schema: unknown): Record<string, unknown> {
  return (unwrapped(schema) as { shape?: Record<string, unknown> }).shape ?? {};
}

function elementOf(schema: unknown): unknown {
  return (unwrapped(schema) as { element?: unknown }).element;
}

function unwrapped(schema: unknown): unknown {
  let inner = schema as z.ZodType & { unwrap?: () => unknown };
  while (typeof inner?.unwrap === 'function' && !('element' in inner)) inner = inner.unwrap() as typeof inner;
  return inner ?? {};
}
