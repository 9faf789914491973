import { Duration, parseDuration } from '@prunella/core';
import { z } from 'zod';

const Place = z.strictObject({
  platform: z.enum(['github', 'gitlab', 'jenkins']).describe('Where it is.'),
  repository: z
    .string()
    .min(1)
    .max(512)
    .describe(
      'owner/name on GitHub, the full path of a project on GitLab; on Jenkins the path of a job, as in its address without /job/.',
    ),
});

/** How platforms are asked for what their webhooks did not tell. */
export const BackfillSettings = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the platforms that are configured are asked at all.'),
    every: between('1s', '1h').prefault('5m').describe('Time between two rounds over all repositories of a platform.'),
    lookBack: between('1s', '1d')
      .prefault('15m')
      .describe('Each round begins so long before the last one: clocks differ, and lists lag behind.'),
    grace: between('0s', '1h')
      .prefault('2m')
      .describe('What ended less than this ago is left to its webhook, which may be on its way.'),
    timeout: between('1s', '1m').prefault('20s').describe('So long one repository may take to be asked.'),
    repositories: z
      .array(Place)
      .max(200)
      .default([])
      .describe('Asked about even where no webhook ever told of them; others are as soon as one did.'),
  })
  .refine(({ grace, lookBack }) => grace <= lookBack, {
    error: 'expected grace to be at most lookBack: what is left to its webhook is looked at in the next round',
    path: ['grace'],
  })
  .prefault({});
export type BackfillSettings = z.infer<typeof BackfillSettings>;

function between(least: string, most: string) {
  const [from = 0, to = 0] = [parseDuration(least), parseDuration(most)];
  return Duration.refine((ms) => ms >= from && ms <= to, { error: `expected a duration from ${least} to ${most}` });
}
