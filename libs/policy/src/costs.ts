import { Duration } from '@prunella/core';
import { z } from 'zod';
import { type Case, Match, matches } from './match.ts';
import { usesRunners } from './reruns.ts';

/** What acting costs: runner minutes, and money by the first price that matches. */
export const CostSettings = z
  .strictObject({
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: 'expected a currency code such as EUR' })
      .default('USD')
      .describe('ISO 4217; of all prices and of budgets in money.'),
    usual: Duration.refine((ms) => ms >= 60_000 && ms <= 86_400_000, { error: 'expected a duration from 1m to 1d' })
      .prefault('10m')
      .describe('What a rerun is taken to last where its platform does not tell how long the failed one did.'),
    prices: z
      .array(
        z.strictObject({
          match: Match.optional().describe('Reruns that it is the price of. Not given: all.'),
          perMinute: z.number().min(0).max(1_000).describe('Price of a runner minute.'),
        }),
      )
      .max(200)
      .default([])
      .describe('The first one that matches counts; where none does, a minute costs nothing.'),
  })
  .prefault({});
export type CostSettings = z.infer<typeof CostSettings>;

/** What an action is expected to cost. */
export interface Cost {
  /** Runner minutes. */
  minutes: number;
  money: number;
  /** ISO 4217. */
  currency: string;
}

/**
 * What an action is expected to cost. Only reruns use runners; they are taken to last as long as what failed did, at least a minute.
 *
 * @param lastedMs how long the failed attempt took; undefined: not known.
 */
export function costOf(settings: CostSettings, about: Case, lastedMs: number | undefined): Cost {
  const { currency, usual, prices } = settings;
  if (!usesRunners(about.action, about.run.kind)) return { minutes: 0, money: 0, currency };
  const minutes = Math.max(1, Math.ceil((lastedMs ?? usual) / 60_000));
  const price = prices.find(({ match }) => match === undefined || matches(match, about));
  return { minutes, money: minutes * (price?.perMinute ?? 0), currency };
}
