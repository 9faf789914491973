import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { near, written } from './json.ts';
import { text } from './text.ts';

interface Schema {
  type?: string;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  minimum?: number;
  maximum?: number;
}

/** A route with what can be given to it. */
export interface Route {
  method: string;
  /** `/v1/incidents/{id}` */
  path: string;
  parameters: readonly { name: string; in: string; schema: Schema }[];
  body: Schema | undefined;
}

/** The routes of the auditor, as its documentation has them. */
export function routes(): Route[] {
  const { paths } = JSON.parse(readFileSync(new URL('../../../docs/reference/openapi.json', import.meta.url), 'utf8'));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(
      methods as Record<
        string,
        { parameters?: Route['parameters']; requestBody?: { content: Record<string, { schema: Schema }> } }
      >,
    ).map(([method, { parameters = [], requestBody }]) => ({
      ...{ method: method.toUpperCase(), path, parameters },
      body: requestBody?.content['application/json']?.schema,
    })),
  );
}

const TIMES = ['2026-03-01', '2026-03-01T10:00:00Z', '0001-01-01', '9999-12-31T23:59:59Z', '2026-03-01T10:00:00+14:00'];

/** A value as it should be. */
export function exampleOf(schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] ?? {});
  if (schema.format === 'date-time' || schema.format === 'date') return TIMES[1];
  if (schema.type === 'object')
    return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, exampleOf(inner)]));
  if (schema.type === 'array') return [exampleOf(schema.items ?? {})];
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1);
  return schema.type === 'boolean' ? true : 'acme/shop';
}

function value(schema: Schema): fc.Arbitrary<string> {
  const right = schema.enum === undefined ? [String(exampleOf(schema))] : schema.enum.map(String);
  const edges = [schema.minimum, schema.maximum].filter((edge) => edge !== undefined).map(String);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...right, ...edges, ...TIMES) },
    { weight: 2, arbitrary: text.map((odd) => odd.slice(0, 3_000)) },
  );
}

/** `METHOD /path?query`, an empty line, and the body. */
export function requestText(route: Route, given: Record<string, string>, body: string): string {
  const query = new URLSearchParams();
  let { path } = route;
  for (const { name, in: where } of route.parameters) {
    const is = given[name];
    if (where === 'path') path = path.replace(`{${name}}`, encodeURIComponent((is ?? 'none').toWellFormed()));
    else if (where === 'query' && is !== undefined) query.append(name, is);
  }
  return `${route.method} ${path}?${query}\n\n${body}`;
}

/** Requests to a route: some parameters, most of them right, and a body near what it should be. */
export function requestsTo(route: Route): fc.Arbitrary<string> {
  const parameters = fc.record(Object.fromEntries(route.parameters.map(({ name, schema }) => [name, value(schema)])), {
    requiredKeys: [],
  });
  const body = route.body === undefined ? fc.constant('') : near([exampleOf(route.body)]).map(written);
  return fc.tuple(parameters, body).map(([given, sent]) => requestText(route, given as Record<string, string>, sent));
}
