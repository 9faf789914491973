import { conclusions, type Events, parseData } from '@prunella/contracts';
import { completed } from '@prunella/core';
import { z } from 'zod';
import type { Heard, Report } from '../source.ts';

/** Reads the payload of one kind of event. Throws ProblemException or ContractViolation naming the field. */
export type EventReader = (payload: Record<string, unknown>) => Heard;

export const EndedAs = z.enum(conclusions);

/** GitHub's numeric id, as text. */
export const Id = z.int().nonnegative().transform(String);
export const Time = z.iso.datetime({ offset: true });
/** Text that GitHub may leave out or null; nothing is ''. */
export const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

export const Repository = z.object({
  full_name: z.string().regex(/^[^/\s]+\/[^/\s]+$/, 'expected owner/name'),
  html_url: z.url({ protocol: /^https?$/ }),
});
export type Repository = z.infer<typeof Repository>;

/** What every event of a repository holds. */
export const Payload = z.object({ action: z.string().min(1), repository: Repository });

export function ignored(reason: string): Heard {
  return { kind: 'ignored', reason };
}

type Reportable = 'pipeline.started' | 'pipeline.finished';

/** A report about something in a repository. `data` holds only what is known. @throws ContractViolation */
export function reported<S extends Reportable>(
  subject: S,
  repository: Repository,
  id: string,
  time: string | undefined,
  data: Partial<Events[S]>,
): Heard {
  const whole = parseData(subject, { platform: 'github', repository: repository.full_name, ...data });
  const report = {
    subject,
    id,
    source: `${new URL(repository.html_url).origin}/${repository.full_name}`,
    ...(time !== undefined && { time }),
    data: completed<Events[Reportable]>(whole, id),
  };
  return { kind: 'reports', reports: [report as Report] };
}

/** Names and titles are for display: too long is no reason to refuse the event. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
