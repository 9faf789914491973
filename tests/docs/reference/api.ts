import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DynamicModule, RequestMethod, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { may, type Permission, permissionsOf, roles } from '@prunella/service-kit';
import { AuditorModule } from '../../../services/auditor/src/auditor.module.ts';
import { DetectorModule } from '../../../services/detector/src/detector.module.ts';
import { sources } from '../../../services/detector/src/sources/index.ts';
import { DiagnoserModule } from '../../../services/diagnoser/src/diagnoser.module.ts';
import { RemediatorModule } from '../../../services/remediator/src/remediator.module.ts';
import { code, generatedFrom, table } from './markdown.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SERVICES: readonly { name: string; port: number; module: Type | DynamicModule }[] = [
  { name: 'auditor', port: 7100, module: AuditorModule },
  { name: 'detector', port: 7101, module: DetectorModule },
  { name: 'diagnoser', port: 7102, module: DiagnoserModule },
  { name: 'remediator', port: 7103, module: RemediatorModule },
];
const MIB = 1024 ** 2;
/** The text of every controller. */
const CONTROLLERS = SERVICES.flatMap(({ name }) => {
  const folder = join(ROOT, 'services', name, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.controller.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
});

/** What a service answers. */
export interface Route {
  service: string;
  method: string;
  /** `:id` for what is variable. */
  path: string;
  says: string;
  /** Roles that may ask; `anybody`: no token is asked for. */
  who: string;
}

const HEAD = `What can be asked over HTTP, and the [roles](../guide/access.md) that may. The auditor's routes are described for programs in [openapi.json](openapi.json), which it serves at \`/openapi.json\`: parameters,
answers and errors of each. Without \`PRUNELLA_API_TOKEN\` and without a sign-in, whoever reaches a service on loopback may do everything. An error is \`application/problem+json\` with \`title\`, \`status\`, \`detail\` and, for a
bad request, \`field\`.

Beside these, each service answers \`/health\` (\`{"status":"healthy"}\`), \`/healthz\`, \`/readyz\` and \`/metrics\` (Prometheus) to anybody.
`;

/** docs/reference/api.md. */
export function apiReference(): string {
  const routes = allRoutes();
  const sections = SERVICES.map(({ name, port }) => {
    const own = routes.filter(({ service }) => service === name);
    const rows = own.map(({ method, path, says, who }) => [code(`${method} ${path}`), says, who]);
    const body =
      rows.length === 0
        ? 'It answers nothing but that: orders come over the bus.'
        : table(['route', 'what', 'who'], rows);
    return `## ${name.charAt(0).toUpperCase()}${name.slice(1)} (port ${port})\n\n${body}\n`;
  });
  return [generatedFrom('HTTP API', 'the controllers and docs/reference/openapi.json', HEAD), ...sections].join('\n');
}

/** All routes but those that every service has. */
export function allRoutes(): Route[] {
  const described = openApi();
  return SERVICES.flatMap(({ name, module }) =>
    controllersOf(module)
      .flatMap((controller) => routesOf(name, controller, described))
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  );
}

function controllersOf(module: Type | DynamicModule): Type[] {
  const own = 'module' in module ? (module.controllers ?? []) : [];
  const type = 'module' in module ? module.module : module;
  return [...own, ...((Reflect.getMetadata('controllers', type) as Type[] | undefined) ?? [])];
}

function routesOf(service: string, controller: Type, described: ReadonlyMap<string, string>): Route[] {
  const base = [Reflect.getMetadata('path', controller) as string | string[]].flat()[0] ?? '';
  const handlers = Object.getOwnPropertyNames(controller.prototype).map(
    (name) => (controller.prototype as Record<string, unknown>)[name],
  );
  return handlers.flatMap((handler) => {
    if (typeof handler !== 'function') return [];
    const kind = Reflect.getMetadata('method', handler) as RequestMethod | undefined;
    if (kind === undefined) return [];
    const method = RequestMethod[kind];
    const who = whoMay(controller, handler, method);
    const paths = [Reflect.getMetadata('path', handler) as string | string[]].flat();
    return paths.map((one) => {
      const path = `/${base}/${one}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
      const source = sources.find((candidate) => candidate.path === path);
      if (source !== undefined) {
        const says = `What ${code(source.name)} sends, up to ${source.maxBytes / MIB} MiB ([README](../../services/detector/README.md)).`;
        return { service, method, path, says, who: 'its own secret, token or signature' };
      }
      return {
        service,
        method,
        path,
        says: meaningOf(controller.name, handler.name, described.get(`${method} ${path}`)),
        who,
      };
    });
  });
}

function whoMay(controller: Type, handler: object, method: string): string {
  const context = { getHandler: () => handler, getClass: () => controller } as Parameters<typeof permissionsOf>[1];
  const needs = permissionsOf(new Reflector(), context, method);
  if (needs.includes('anybody')) return 'anybody';
  return roles.filter((role) => needs.some((need) => may(role, need as Permission))).join(', ');
}

/** What the auditor's routes answer, by method and path. */
function openApi(): Map<string, string> {
  const text = readFileSync(join(ROOT, 'docs', 'reference', 'openapi.json'), 'utf8');
  type Operation = { responses: Record<string, { description: string }> };
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> };
  return new Map(
    Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { responses }]) => [
        `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        responses['200']?.description ?? '',
      ]),
    ),
  );
}

/** What a route does, by the comment on its handler, and what it answers; where neither is written, what its controller is for. */
function meaningOf(controller: string, handler: string, answer: string | undefined): string {
  const text = sourceOf(controller);
  const before = text.slice(0, text.search(new RegExp(`\\n  (?:async )?${handler}\\(`)));
  const own = commentIn(before.slice(before.lastIndexOf('\n  }\n')));
  const says = [own, answer].filter((part) => part !== undefined && part !== '').join(' ');
  return says === '' ? (commentIn(text.slice(0, text.indexOf('export class'))) ?? '') : says;
}

/** The last doc comment of a text at the margin of a class or of its members. */
function commentIn(text: string): string | undefined {
  const comments = [...text.matchAll(/^(?: {2})?\/\*\*((?:(?!\*\/)[\s\S])*)\*\//gm)];
  return comments
    .at(-1)?.[1]
    ?.replaceAll(/\s*\n\s*\*\s?/g, ' ')
    .trim();
}

function sourceOf(controller: string): string {
  const found = CONTROLLERS.find((text) => text.includes(`export class ${controller} `));
  if (found === undefined) throw new Error(`expected a *.controller.ts with the class ${controller}, found none`);
  return found;
}
