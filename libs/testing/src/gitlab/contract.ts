import { z } from 'zod';

/** A number or a word in an address or a query. */
const positive = z.string().regex(/^[1-9]\d*$/, 'expected a number');
const time = z.iso.datetime();
const paging = { page: positive.optional(), per_page: positive.optional() };
const JOB_STATUS = [
  'canceled',
  'canceling',
  'created',
  'failed',
  'manual',
  'pending',
  'preparing',
  'running',
  'scheduled',
  'skipped',
  'success',
  'waiting_for_callback',
  'waiting_for_resource',
];
const PIPELINE_STATUS = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'success',
  'failed',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
];
const PIPELINE_SOURCE = [
  'push',
  'web',
  'trigger',
  'schedule',
  'api',
  'external',
  'pipeline',
  'chat',
  'webide',
  'merge_request_event',
  'external_pull_request_event',
  'parent_pipeline',
];

interface Endpoint {
  method: 'GET' | 'POST' | 'PUT';
  /** Below the API; `:project` is one segment, encoded. */
  path: RegExp;
  /** What may be in the query; `name[]` may come several times. */
  query?: z.ZodRawShape;
  /** What must be in the body. Absent: nothing may. */
  body?: z.ZodType;
  /** Whether it needs no token on a public project. */
  open?: boolean;
}

const PROJECT = '^/projects/[^/]+';

/** The parts of GitLab's REST API, version 4, that Prunella uses, by its published reference: https://docs.gitlab.com/api/api_resources/ */
export const endpoints = {
  user: { method: 'GET', path: /^\/user$/ },
  self: { method: 'GET', path: /^\/personal_access_tokens\/self$/ },
  project: { method: 'GET', path: new RegExp(`${PROJECT}$`), open: true },
  pipelines: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/pipelines$`),
    open: true,
    query: {
      ...paging,
      name: z.string().optional(),
      order_by: z.enum(['id', 'status', 'ref', 'updated_at', 'user_id']).optional(),
      ref: z.string().optional(),
      scope: z.enum(['running', 'pending', 'finished', 'branches', 'tags']).optional(),
      sha: z.string().optional(),
      sort: z.enum(['asc', 'desc']).optional(),
      source: z.enum(PIPELINE_SOURCE).optional(),
      status: z.enum(PIPELINE_STATUS).optional(),
      updated_after: time.optional(),
      updated_before: time.optional(),
      username: z.string().optional(),
    },
  },
  pipeline: { method: 'GET', path: new RegExp(`${PROJECT}/pipelines/\\d+$`), open: true },
  jobs: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/pipelines/\\d+/jobs$`),
    open: true,
    query: {
      ...paging,
      include_retried: z.enum(['true', 'false']).optional(),
      'scope[]': z.array(z.enum(JOB_STATUS)).optional(),
    },
  },
  bridges: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/pipelines/\\d+/bridges$`),
    open: true,
    query: { ...paging, 'scope[]': z.array(z.enum(JOB_STATUS)).optional() },
  },
  testReport: { method: 'GET', path: new RegExp(`${PROJECT}/pipelines/\\d+/test_report$`), open: true },
  variables: { method: 'GET', path: new RegExp(`${PROJECT}/pipelines/\\d+/variables$`), query: paging },
  trace: { method: 'GET', path: new RegExp(`${PROJECT}/jobs/\\d+/trace$`), open: true },
  branch: { method: 'GET', path: new RegExp(`${PROJECT}/repository/branches/[^/]+$`), open: true },
  compare: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/repository/compare$`),
    open: true,
    query: { from: z.string().min(1), to: z.string().min(1), straight: z.enum(['true', 'false']).optional() },
  },
  commitDiff: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/repository/commits/[0-9a-f]+/diff$`),
    open: true,
    query: paging,
  },
  commitMergeRequests: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/repository/commits/[0-9a-f]+/merge_requests$`),
    open: true,
    query: paging,
  },
  mergeRequests: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/merge_requests$`),
    open: true,
    query: {
      ...paging,
      state: z.enum(['opened', 'closed', 'locked', 'merged', 'all']).optional(),
      source_branch: z.string().optional(),
    },
  },
  mergeRequest: { method: 'GET', path: new RegExp(`${PROJECT}/merge_requests/\\d+$`), open: true },
  notes: {
    method: 'GET',
    path: new RegExp(`${PROJECT}/merge_requests/\\d+/notes$`),
    open: true,
    query: {
      ...paging,
      sort: z.enum(['asc', 'desc']).optional(),
      order_by: z.enum(['created_at', 'updated_at']).optional(),
    },
  },
  createPipeline: {
    method: 'POST',
    path: new RegExp(`${PROJECT}/pipeline$`),
    body: z.strictObject({
      ref: z.string().min(1),
      variables: z
        .array(
          z.strictObject({
            key: z.string().regex(/^\w+$/),
            value: z.string(),
            variable_type: z.enum(['env_var', 'file']).optional(),
          }),
        )
        .optional(),
    }),
  },
  createMergeRequestPipeline: {
    method: 'POST',
    path: new RegExp(`${PROJECT}/merge_requests/\\d+/pipelines$`),
    body: z.strictObject({}),
  },
  retryPipeline: { method: 'POST', path: new RegExp(`${PROJECT}/pipelines/\\d+/retry$`) },
  retryJob: { method: 'POST', path: new RegExp(`${PROJECT}/jobs/\\d+/retry$`) },
  createNote: {
    method: 'POST',
    path: new RegExp(`${PROJECT}/merge_requests/\\d+/notes$`),
    body: z.strictObject({ body: z.string().min(1).max(1_000_000) }),
  },
  updateNote: {
    method: 'PUT',
    path: new RegExp(`${PROJECT}/merge_requests/\\d+/notes/\\d+$`),
    body: z.strictObject({ body: z.string().min(1).max(1_000_000) }),
  },
} satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof endpoints;

export interface Asked {
  method: string;
  /** Below `/api/v4`, as it was sent: still encoded. */
  path: string;
  query: URLSearchParams;
  contentType: string | undefined;
  /** undefined: none was sent. */
  body: unknown;
}

/** Which endpoint a request is for; undefined: the reference knows no such. */
export function endpointOf({ method, path }: Pick<Asked, 'method' | 'path'>): EndpointName | undefined {
  const names = Object.keys(endpoints) as EndpointName[];
  return names.find((name) => endpoints[name].method === method && endpoints[name].path.test(path));
}

/** What is wrong with a request by the reference; empty: nothing. */
export function wrongWith(asked: Asked): string[] {
  const name = endpointOf(asked);
  const what = `${asked.method} ${asked.path}`;
  if (name === undefined) return [`${what}: there is no such endpoint`];
  const { query = {}, body }: Endpoint = endpoints[name];
  const wrong: string[] = [];
  const given = Object.fromEntries(
    [...new Set(asked.query.keys())].map((key) => [
      key,
      key.endsWith('[]') ? asked.query.getAll(key) : asked.query.get(key),
    ]),
  );
  const inQuery = z.strictObject(query).safeParse(given);
  if (!inQuery.success) wrong.push(`${what}: query: ${z.prettifyError(inQuery.error)}`);
  if (Number(asked.query.get('per_page') ?? 1) > 100) wrong.push(`${what}: more than 100 a page`);
  if (body === undefined) {
    if (asked.body !== undefined) wrong.push(`${what}: takes no body`);
    return wrong;
  }
  if (asked.contentType !== 'application/json') wrong.push(`${what}: expected JSON, found ${asked.contentType}`);
  const inBody = body.safeParse(asked.body);
  if (!inBody.success) wrong.push(`${what}: body: ${z.prettifyError(inBody.error)}`);
  return wrong;
}
