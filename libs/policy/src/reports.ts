import { type ActionType, actionTypes, type Cause, causes } from '@prunella/contracts';
import { Duration } from '@prunella/core';
import { z } from 'zod';
import { Zone } from './freeze.ts';
import { globMatches } from './glob.ts';
import { LogQL } from './logql.ts';
import { Globs, oneOrMore } from './match.ts';

/** In the order of `Date.prototype.getUTCDay`. */
export const DIGEST_DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const DigestSettings = z
  .strictObject({
    every: z.enum(['day', 'week']).default('week').describe('How often.'),
    day: z.enum(DIGEST_DAYS).optional().describe('Of a weekly one. Default: mon.'),
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time such as "09:00", in quotes' })
      .default('09:00')
      .describe('Time of the day in `zone`.'),
    zone: Zone.default('UTC').describe('Time zone, e.g. Europe/Berlin.'),
    channel: z
      .string()
      .regex(/^#[^\s#]{1,80}$/, { error: 'expected a channel such as "#ci", in quotes' })
      .optional()
      .describe('Where it is told. Not given: where everything else is.'),
  })
  .refine(({ every, day }) => every === 'week' || day === undefined, {
    error: 'expected no day for a digest of each day',
    path: ['day'],
  });
export type DigestSettings = z.infer<typeof DigestSettings>;

const ByHand = z.strictObject({
  match: z
    .strictObject({
      repository: Globs.optional().describe('`owner/name`'),
      action: oneOrMore(actionTypes).optional().describe('What healed.'),
      cause: oneOrMore(causes).optional().describe('What was healed.'),
    })
    .refine((match) => Object.keys(match).length > 0, {
      error: 'expected at least one of repository, action, cause',
      when: ({ issues }) => issues.length === 0,
    })
    .optional()
    .describe('Heals that it is for. Not given: all.'),
  takes: Duration.refine((ms) => ms >= 60_000 && ms <= 86_400_000, {
    error: 'expected a duration from 1m to 1d',
  }).describe('How long a person is busy with such a failure: notice it, look, do the same by hand.'),
  perHour: z.number().min(0).max(100_000).default(0).describe('What an hour of that costs, in `costs.currency`.'),
});

/** What reports say and to whom. */
export const ReportSettings = z
  .strictObject({
    digest: DigestSettings.optional().describe('What happened, told to people once in a while. Not given: never.'),
    byHand: z
      .array(ByHand)
      .max(200)
      .default([])
      .describe('What a heal saves; the first one that matches. Where none does, nothing is said to be saved.'),
    logs: z
      .strictObject({
        workload: LogQL(['namespace', 'name'])
          .default('{namespace="{{namespace}}", pod=~"{{name}}-.*"} |~ "(?i)error|fatal|panic|exception"')
          .describe('LogQL for the lines of a workload that speak of trouble.'),
        pipeline: LogQL(['pipeline'])
          .default('{service="prunella"} | json | pipeline_id="{{pipeline}}" |~ "(?i)heal|rollback|retry"')
          .describe(
            'LogQL for what was logged about the healing of a pipeline. The default finds what the auditor sends.',
          ),
      })
      .prefault({})
      .describe('What Loki is asked, where LOKI_URL is set.'),
  })
  .prefault({});
export type ReportSettings = z.infer<typeof ReportSettings>;

/** A heal, as far as what it saves depends on it. */
export interface Healed {
  repository: string;
  action: ActionType;
  cause: Cause;
}

/** What a heal by hand would have taken: a person's minutes, and their price. undefined: the policy has no figure for it. */
export function byHand(
  settings: Pick<ReportSettings, 'byHand'>,
  heal: Healed,
): { minutes: number; money: number } | undefined {
  const entry = settings.byHand.find(({ match }) => match === undefined || fits(match, heal));
  return entry && { minutes: entry.takes / 60_000, money: (entry.takes / 3_600_000) * entry.perHour };
}

function fits(match: NonNullable<z.infer<typeof ByHand>['match']>, heal: Healed): boolean {
  return Object.entries(match).every(([field, globs]) =>
    [globs].flat().some((glob) => globMatches(glob, heal[field as keyof Healed])),
  );
}

/** On what of a heal the figures of a policy depend. */
export function byHandDependsOn({ byHand: figures }: Pick<ReportSettings, 'byHand'>): (keyof Healed)[] {
  const fields = ['repository', 'action', 'cause'] as const;
  return fields.filter((field) => figures.some(({ match }) => match?.[field] !== undefined));
}
