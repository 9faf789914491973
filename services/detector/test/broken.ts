import { ContractViolation } from '@prunella/contracts';
import { ProblemException } from '@prunella/service-kit';
import type { Delivery, Heard, Source } from '../src/sources/source.ts';

type Json = Record<string, unknown>;

/** What nobody should send in place of a field. */
const WRONG: readonly unknown[] = [
  null,
  undefined,
  true,
  -1.5,
  1e300,
  '',
  '\u0000',
  'x'.repeat(100_000),
  [],
  {},
  [null],
  { toString: 'x' },
];

/** A body with one field taken out or replaced. */
export interface Broken {
  /** As `build.scm.commit`. */
  path: string;
  /** What stands there; undefined: nothing. */
  value: unknown;
  body: Json;
}

/** The same body once for each of its fields, at any depth, and each wrong value. */
export function* broken(body: Json): Generator<Broken> {
  for (const path of pathsOf(body)) {
    for (const value of WRONG) yield { path: path.join('.'), value, body: changed(body, path, value) };
  }
}

/** A copy with a field set; undefined: taken out. @param path keys, or `a.b.c`. */
export function changed(body: Json, path: string | readonly string[], value: unknown): Json {
  const copy = structuredClone(body);
  const keys = typeof path === 'string' ? path.split('.') : [...path];
  const last = keys.pop() as string;
  const parent = keys.reduce<Json>((at, key) => at[key] as Json, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

function pathsOf(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])]);
}

/** What a sender is answered: 0 stands for whatever was taken, with what was heard; else the field that is named. Anything but a refusal is thrown. */
export function answerOf(
  source: Source,
  body: unknown,
  headers: Delivery['headers'] = {},
): { status: number; field?: string | undefined; heard?: Heard } {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  try {
    const delivery = { headers, query: new URLSearchParams(), body: Buffer.from(text) };
    return { status: 0, heard: source.read(delivery, () => 'fresh') };
  } catch (error) {
    if (error instanceof ProblemException) return { status: error.problem.status, field: error.problem.field };
    if (error instanceof ContractViolation) return { status: 400, field: error.field };
    throw error;
  }
}
