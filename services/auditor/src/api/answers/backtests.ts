import { z } from 'zod';
import { Count } from './fields.ts';

export const BacktestEvents = z.strictObject({
  items: z.array(
    z.strictObject({
      specversion: z.literal('1.0'),
      id: z.string(),
      source: z.string(),
      type: z.string(),
      time: z.iso.datetime(),
      data: z.looseObject({}),
    }),
  ),
  nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null: this was the last one.'),
});
export type BacktestEvents = z.infer<typeof BacktestEvents>;

const BacktestTotals = z
  .looseObject({})
  .nullable()
  .describe('The sums of its report, as under `totals` there; null: it is not done, or there is no such policy.');

export const BacktestJob = z.strictObject({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  judgeWithin: z.string().describe('A duration.'),
  policy: z.string().describe('The YAML that is tried, without what looks like a secret.'),
  against: z.string().nullable().describe('The YAML that it is compared with; null: nothing.'),
  isCurrent: z.boolean().describe('Whether that was the one in force.'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable().describe('null: it runs.'),
  events: Count.describe('Events that were played.'),
  share: z.number().min(0).max(1).describe('How far it is.'),
  problem: z.string().nullable().describe('Why it failed.'),
  totals: BacktestTotals,
  againstTotals: BacktestTotals,
  report: z.looseObject({}).nullable().describe('As `prunella backtest --json` gives it; null: it is not done.'),
});
export type BacktestJob = z.infer<typeof BacktestJob>;

export const BacktestList = z.strictObject({ items: z.array(BacktestJob) });
export type BacktestList = z.infer<typeof BacktestList>;
