import { z } from 'zod';

/** The parts of the auditor's reports that are shown. */
const Money = z.array(z.looseObject({ currency: z.string(), amount: z.number() }));
const Spent = z.looseObject({ minutes: z.number(), money: Money });
const Range = { from: z.string(), to: z.string() };

const Action = z.looseObject({
  action: z.string().optional(),
  ...{ total: z.number(), successful: z.number(), ineffective: z.number(), harmful: z.number() },
  ...{ inconclusive: z.number(), pending: z.number(), successRate: z.number().nullable() },
  ...{ meanMinutesToHeal: z.number().nullable(), medianMinutesToHeal: z.number().nullable() },
  notDone: z.looseObject({ recommended: z.number() }),
});
export type Action = z.infer<typeof Action>;

export const Effectiveness = z.looseObject({ ...Range, overall: Action, actions: z.array(Action) });
export type Effectiveness = z.infer<typeof Effectiveness>;

const Cost = z.looseObject({
  key: z.string().optional(),
  ...{ actions: z.number(), healed: z.number(), spent: Spent },
  inVain: Spent,
  saved: Spent.nullable(),
});
export type Cost = z.infer<typeof Cost>;

export const Costs = z.looseObject({ ...Range, by: z.string(), total: Cost, items: z.array(Cost) });
export type Costs = z.infer<typeof Costs>;

export const RootCauses = z.looseObject({
  ...Range,
  atLeast: z.number(),
  items: z.array(
    z.looseObject({
      ...{ what: z.string(), fix: z.string(), owner: z.string().nullable(), count: z.number(), before: z.number() },
      ...{ trend: z.string(), minutes: z.number(), money: Money, incidentIds: z.array(z.string()) },
    }),
  ),
});
export type RootCauses = z.infer<typeof RootCauses>;

export const Correlations = z.looseObject({
  ...Range,
  ...{ says: z.string(), looked: z.number(), more: z.boolean() },
  actions: z.array(
    z.looseObject({ action: z.string(), total: z.number(), preceded: z.number(), followed: z.number() }),
  ),
  items: z.array(
    z.looseObject({
      ...{ incidentId: z.string(), action: z.string(), at: z.string(), name: z.string(), workload: z.string() },
      ...{ outcome: z.string().nullable(), before: z.number(), after: z.number() },
    }),
  ),
});
export type Correlations = z.infer<typeof Correlations>;

const Stated = {
  ...{ cases: z.number(), successes: z.number(), stated: z.number().nullable() },
  observed: z.looseObject({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
};

export const Reliability = z.looseObject({
  ...{ ...Range, ...Stated, says: z.string(), unproven: z.number(), unstated: z.number() },
  ...{ calibrationError: z.number().nullable(), brier: z.number().nullable(), brierOfAverage: z.number().nullable() },
  bins: z.array(z.looseObject({ from: z.number(), to: z.number(), ...Stated })),
});
export type Reliability = z.infer<typeof Reliability>;

export const Summary = z.looseObject({
  ...Range,
  incidents: z.looseObject({ opened: z.number(), healed: z.number(), handedOver: z.number(), waiting: z.number() }),
  ...{ effectiveness: Effectiveness, costs: Costs, rootCauses: RootCauses, correlation: Correlations },
  debts: z.looseObject({
    ...{ overdue: z.number(), dueSoon: z.number() },
    items: z.array(z.looseObject({ what: z.string(), dueAt: z.string(), owner: z.string().nullable() })),
  }),
  tests: z.looseObject({ known: z.number(), failing: z.number(), flaky: z.number(), suspect: z.number() }),
});
export type Summary = z.infer<typeof Summary>;
