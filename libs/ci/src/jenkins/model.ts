import { z } from 'zod';

const Cause = z.object({
  _class: z.string().default(''),
  shortDescription: z.string().nullish(),
  userId: z.string().nullish(),
  upstreamBuild: z.number().nullish(),
  upstreamProject: z.string().nullish(),
});
export type Cause = z.infer<typeof Cause>;

const Parameter = z.object({ _class: z.string().default(''), name: z.string(), value: z.unknown().optional() });
export type Parameter = z.infer<typeof Parameter>;

/** What a build or an item of the queue was begun with, and what plugins note about it: each kind has other fields. */
const Action = z.object({
  causes: z.array(Cause).nullish(),
  parameters: z.array(Parameter).nullish(),
  lastBuiltRevision: z
    .object({ SHA1: z.string(), branch: z.array(z.object({ name: z.string() })).nullish() })
    .nullish(),
  remoteUrls: z.array(z.string()).nullish(),
});
export type Action = z.infer<typeof Action>;

const ACTIONS =
  'actions[causes[shortDescription,userId,upstreamBuild,upstreamProject],parameters[name,value],lastBuiltRevision[SHA1,branch[name]],remoteUrls]';
const QUEUED_ACTIONS = 'actions[causes[shortDescription,userId,upstreamBuild,upstreamProject],parameters[name,value]]';
// empty ones stand there for what is not to be seen
const Actions = z
  .array(Action.nullable())
  .default([])
  .transform((all) => all.filter((action) => action !== null));

export const BUILD_TREE = `number,url,building,result,timestamp,duration,${ACTIONS}`;
export const Build = z.object({
  _class: z.string().default(''),
  number: z.int().positive(),
  url: z.string(),
  building: z.boolean(),
  result: z.string().nullish(),
  /** When it was put in the queue, milliseconds since the epoch. */
  timestamp: z.number(),
  /** How long it ran, in milliseconds; 0 while it does. */
  duration: z.number().nullish(),
  actions: Actions,
});
export type Build = z.infer<typeof Build>;

/** More than a job has builds in a day, mostly; the list of it is one request. */
export const MOST_BUILDS = 100;

export const BUILDS_TREE = `builds[${BUILD_TREE}]{0,${MOST_BUILDS}}`;
/** The newest first. */
export const Builds = z.object({ builds: z.array(Build).default([]) });

export const QUEUE_TREE = `items[id,inQueueSince,task[url],${QUEUED_ACTIONS}]`;
export const QueuedItem = z.object({
  id: z.int().positive(),
  /** Milliseconds since the epoch. */
  inQueueSince: z.number(),
  /** There are tasks that are no jobs. */
  task: z.object({ url: z.string().nullish() }).nullish(),
  actions: Actions,
});
export type QueuedItem = z.infer<typeof QueuedItem>;
export const Queue = z.object({ items: z.array(QueuedItem).default([]) });

export const ITEM_TREE = 'cancelled,why,executable[url]';
export const Item = z.object({
  cancelled: z.boolean().nullish(),
  /** Why it waits, for people. */
  why: z.string().nullish(),
  /** The build that it became. */
  executable: z.object({ url: z.string() }).nullish(),
});

export const JOB_TREE = 'buildable,property[parameterDefinitions[name]]';
export const Job = z.object({
  buildable: z.boolean().nullish(),
  property: z
    .array(z.object({ parameterDefinitions: z.array(z.object({ name: z.string() })).nullish() }).nullable())
    .nullish(),
});

export const Stages = z.object({
  stages: z.array(z.object({ name: z.string(), status: z.string().nullish() })).default([]),
});

/** Whatever Jenkins says it is begun with. */
export type Begun = Pick<Build, 'actions'>;

export function causesOf({ actions }: Begun): Cause[] {
  return actions.flatMap(({ causes }) => causes ?? []);
}

export function parametersOf({ actions }: Begun): Parameter[] {
  return actions.flatMap(({ parameters }) => parameters ?? []);
}
