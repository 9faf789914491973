import { type Events, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { z } from 'zod';
import type { Heard, Report } from '../source.ts';

/** Reads the payload of one kind of event. Throws ProblemException or ContractViolation naming the field. */
export type EventReader = (payload: Record<string, unknown>) => Heard;

/** GitLab's numeric id, as text. */
export const Id = z.int().nonnegative().transform(String);
/** Text that GitLab may leave out or null; nothing is ''. */
export const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
export const Sha = z.string().regex(/^[0-9a-f]{7,64}$/, 'expected a commit');

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(Z|UTC|[+-]\d\d:?\d\d)$/;

/** `2016-08-12 15:23:28 UTC`, `2021-04-28 21:50:00 +0200` or ISO 8601: GitLab writes all three. Becomes ISO 8601 in UTC. */
export const Time = z.string().transform((text, context) => {
  const [, day, clock, zone] = TIME.exec(text) ?? [];
  const at = Date.parse(`${day}T${clock}${zone === 'UTC' ? 'Z' : zone}`);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  context.addIssue({ code: 'custom', message: 'expected a time' });
  return z.NEVER;
});

export const Project = z.object({
  path_with_namespace: z.string().regex(/^[^/\s]+(?:\/[^/\s]+)+$/, 'expected group/project'),
  web_url: z.url({ protocol: /^https?$/ }),
});
export type Project = z.infer<typeof Project>;

export function ignored(reason: string): Heard {
  return { kind: 'ignored', reason };
}

type Reportable = 'pipeline.started' | 'pipeline.finished';

/** What a report has beside its data. */
interface About {
  project: Project;
  id: string;
  time: string | undefined;
  /** As in `Report`. */
  newestJob?: string;
}

/** A report about something in a project, which has one pipeline. `data` holds only what is known. @throws ContractViolation */
export function reported<S extends Reportable>(
  subject: S,
  { project, id, time, newestJob }: About,
  data: Partial<Events[S]>,
): Heard {
  const { path_with_namespace: path, web_url: url } = project;
  const whole = parseData(subject, { pipelineId: path, platform: 'gitlab', repository: path, ...data });
  const report = {
    subject,
    id,
    source: `${new URL(url).origin}/${path}`,
    ...(time !== undefined && { time }),
    ...(newestJob !== undefined && { newestJob }),
    data: completed<Events[Reportable]>(whole, id),
  };
  return { kind: 'reports', reports: [report as Report] };
}

/** Names and titles are for display: too long is no reason to refuse the event. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
