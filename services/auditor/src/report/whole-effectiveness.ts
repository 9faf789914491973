import type { ActionType } from '@prunella/contracts';
import { wilson } from '@prunella/learning';
import type { HealTimes } from '@prunella/store';
import type { EffectivenessReport } from '../api/answers/reports.ts';
import { type Effectiveness, effectiveness } from './effectiveness.ts';
import { notDoneOf } from './not-done.ts';

type Whole = Pick<EffectivenessReport, 'overall' | 'actions'>;

/** How actions did, with how long heals took and what was decided and not done; the actions in alphabetical order. */
export function wholeEffectiveness(
  { overall, actions }: Effectiveness,
  times: readonly HealTimes[],
  notDone: readonly { action: string; status: string; count: number }[],
): Whole {
  const missing = notDone.map(({ action }) => action).filter((type) => !actions.some(({ action }) => action === type));
  const all = [...actions, ...[...new Set(missing)].map((action) => nothingDone(action as ActionType))];
  const sum = (pick: (action: Effectiveness['actions'][number]) => number) =>
    actions.reduce((total, action) => total + pick(action), 0);
  return {
    overall: {
      ...overall,
      ineffective: sum((action) => action.ineffective),
      harmful: sum((action) => action.harmful),
      inconclusive: sum((action) => action.inconclusive),
      pending: sum((action) => action.pending),
      interval: intervalOf({
        successful: overall.successful,
        ineffective: sum((action) => action.ineffective),
        harmful: sum((action) => action.harmful),
      }),
      ...timesOf(times.find(({ action }) => action === null)),
      notDone: notDoneOf(notDone),
    },
    actions: all
      .map((action) => ({
        ...action,
        interval: intervalOf(action),
        ...timesOf(times.find((one) => one.action === action.action)),
        notDone: notDoneOf(notDone.filter((one) => one.action === action.action)),
      }))
      .sort((a, b) => (a.action < b.action ? -1 : 1)),
  };
}

/** Of the success rate at 95 %; null: nothing is proven. */
function intervalOf({ successful, ineffective, harmful }: Record<'successful' | 'ineffective' | 'harmful', number>) {
  const cases = successful + ineffective + harmful;
  return cases === 0 ? null : wilson({ successes: successful, cases });
}

function timesOf(times: HealTimes | undefined) {
  return {
    timed: times?.timed ?? 0,
    meanMinutesToHeal: times === undefined ? null : times.meanMs / 60_000,
    medianMinutesToHeal: times === undefined ? null : times.medianMs / 60_000,
  };
}

function nothingDone(action: ActionType): Effectiveness['actions'][number] {
  const { actions } = effectiveness([{ action, outcome: null, count: 0 }], []);
  const [none] = actions;
  if (none === undefined) throw new TypeError('one tally is one action');
  return none;
}
