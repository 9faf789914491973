import { z } from 'zod';

export const Count = z.int().min(0);
export const Probability = z.number().min(0).max(1);
export const Rate = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .describe(
    'successful / (successful + ineffective + harmful): of the actions whose effect is known. Inconclusive and pending ones are no success and no failure. null: of none it is known.',
  );

export const Time = z.iso.datetime();
export const Range = { from: Time, to: Time };

export const Minutes = z.number().min(0);
export const Money = z.array(z.strictObject({ currency: z.string(), amount: z.number().min(0) }));

export const Interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
export const RateInterval = Interval.nullable().describe(
  "`successRate` with Wilson's interval at 95 %; null: nothing is proven.",
);

export const Commit = z.string().describe('Empty: not known.');
