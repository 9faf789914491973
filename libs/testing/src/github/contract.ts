import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Document, OpenAPIBackend } from 'openapi-backend';

const require = createRequire(import.meta.url);

type Json = { [key: string]: unknown };

/** The operations of GitHub's API that we use. */
const PATHS: readonly string[] = [
  '/repos/{owner}/{repo}',
  '/repos/{owner}/{repo}/installation',
  '/app/installations/{installation_id}/access_tokens',
  '/user',
  '/rate_limit',
  '/app',
  '/app/hook/deliveries',
  '/repos/{owner}/{repo}/hooks',
  '/repos/{owner}/{repo}/hooks/{hook_id}/deliveries',
  '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
  '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  '/repos/{owner}/{repo}/actions/runs',
  '/repos/{owner}/{repo}/actions/runs/{run_id}',
  '/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs',
  '/repos/{owner}/{repo}/actions/runs/{run_id}/rerun',
  '/repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs',
  '/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
  '/repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
  '/repos/{owner}/{repo}/actions/jobs/{job_id}/logs',
  '/repos/{owner}/{repo}/actions/jobs/{job_id}/rerun',
  '/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations',
  '/repos/{owner}/{repo}/pulls',
  '/repos/{owner}/{repo}/issues/{issue_number}/comments',
  '/repos/{owner}/{repo}/issues/comments/{comment_id}',
  '/repos/{owner}/{repo}/branches/{branch}',
  '/repos/{owner}/{repo}/commits/{ref}',
  '/repos/{owner}/{repo}/compare/{basehead}',
];

/** Checks requests and responses against GitHub's published OpenAPI description. */
export class GitHubContract {
  private constructor(private readonly api: OpenAPIBackend) {}

  /** Loads only what the paths above need: the whole description costs half a gigabyte once it is compiled. */
  static async load(): Promise<GitHubContract> {
    const file = require.resolve('@octokit/openapi/generated/api.github.com.json');
    const whole = JSON.parse(await readFile(file, 'utf8')) as Json & { paths: Json; components: Json };
    const paths = Object.fromEntries(PATHS.map((path) => [path, whole.paths[path]]));
    const components = neededBy(paths, whole);
    const description = { openapi: whole['openapi'], info: whole['info'], paths, components };
    const definition = inPaths(typed(description)) as unknown as Document;
    // formats such as uri-template are notes for people
    const api = new OpenAPIBackend({ definition, quick: true, ajvOpts: { strict: false, validateFormats: false } });
    await api.init();
    return new GitHubContract(api);
  }

  /** The problems of a request; empty: none. A request that matches no operation is one. */
  request(method: string, path: string, headers: Record<string, string>, body: unknown): string[] {
    const request = { method, path, headers, body };
    const operation = this.api.matchOperation(request);
    if (operation === undefined) return [`${method} ${path}: no such operation`];
    const { errors } = this.api.validateRequest(request, operation);
    return (errors ?? []).map((error) => `${method} ${path}: request${error.instancePath} ${error.message}`);
  }

  /** The problems of an answer to such a request. @param body undefined: none. */
  response(method: string, path: string, status: number, body: unknown): string[] {
    const operation = this.api.matchOperation({ method, path, headers: {} });
    if (operation === undefined || !Object.hasOwn(operation.responses ?? {}, String(status))) return [];
    const { errors } = this.api.validateResponse(body ?? null, operation, status);
    return (errors ?? []).map((error) => `${method} ${path}: response ${status}${error.instancePath} ${error.message}`);
  }
}

/** All components that are referred to, directly or not. */
function neededBy(paths: unknown, whole: Json): Json {
  const components: Json = {};
  const open = [paths];
  const seen = new Set<string>();
  while (open.length > 0) {
    walk(open.pop(), (node) => {
      const ref = node['$ref'];
      if (typeof ref !== 'string' || seen.has(ref)) return;
      seen.add(ref);
      const [, , kind = '', name = ''] = ref.split('/');
      const target = ((whole['components'] as Json)[kind] as Json)[name];
      components[kind] = { ...(components[kind] as Json | undefined), [name]: target };
      open.push(target);
    });
  }
  return components;
}

/** `nullable` without `type` makes validators pass over the whole schema: 13 places in the description. Here null becomes one more choice. */
function typed(definition: Json): Json {
  walk(definition, (node) => {
    if (node['nullable'] !== true || 'type' in node) return;
    const kinds = (node['allOf'] ?? node['anyOf'] ?? node['oneOf']) as unknown[] | undefined;
    if (kinds === undefined) return;
    delete node['nullable'];
    delete node['allOf'];
    delete node['oneOf'];
    node['anyOf'] = [...kinds, { type: 'object', nullable: true, enum: [null] }];
  });
  return definition;
}

/** "A number or a text" in a path: what is written there as a number is both, and so never exactly one. */
function inPaths(definition: Json): Json {
  walk(definition, (node) => {
    const schema = node['schema'] as Json | undefined;
    if (node['in'] !== 'path' || schema?.['oneOf'] === undefined) return;
    node['schema'] = { anyOf: schema['oneOf'] };
  });
  return definition;
}

function walk(node: unknown, visit: (node: Json) => void): void {
  if (node === null || typeof node !== 'object') return;
  if (!Array.isArray(node)) visit(node as Json);
  for (const value of Object.values(node)) walk(value, visit);
}
