import type { EventSeen } from '../ledger/ledger.ts';
import type { Check } from './check.ts';
import { nameOf } from './effects.ts';

/** What was let through before, and what waits for a redelivery to be counted, may come so much later. Less than a breaker rests by default. */
const LAG_MS = 60_000;
const DID_NOT_HELP = new Set(['ineffective', 'harmful']);

export const rests: Check = {
  id: 'rests',
  says: 'An action that never helped on a platform is not done there any more, a minute after it did not help so many times.',
  when: 'always',
  broken({ effects, end }, { failures }) {
    const events = end.events ?? [];
    const done = events.filter(({ subject, status }) => subject === 'action.executed' && status === 'executed');
    const actionOf = new Map(done.map((event) => [nameOf(event), actionIn(event)]));
    const since = restsSince(events, failures);
    return effects.flatMap((effect) => {
      const action = actionOf.get(nameOf({ ...effect, attempt: effect.attempt - 1 })) ?? '';
      const lateMs = effect.at - (since.get(action) ?? effect.at);
      if (lateMs <= LAG_MS) return [];
      const seconds = Math.round(lateMs / 1_000);
      return [`${nameOf(effect)} was begun ${seconds} s after ${action} did not help for the ${failures}th time`];
    });
  },
};

/** By action and platform, since when it rests. Where something healed in between, replicas may have heard it in another order than it stands on the bus: of those nothing is said. */
function restsSince(events: readonly EventSeen[], failures: number): Map<string, number> {
  const outcomes = events.filter(({ subject, status }) => subject === 'outcome.observed' && status !== 'inconclusive');
  const once = [...new Map(outcomes.map((event) => [event.identity, event])).values()];
  const since = new Map<string, number>();
  for (const [action, all] of Map.groupBy(once, actionIn)) {
    const opens = all.every(({ status }) => DID_NOT_HELP.has(status)) ? all[failures - 1] : undefined;
    if (opens !== undefined) since.set(action, opens.at);
  }
  return since;
}

function actionIn({ action, platform }: EventSeen): string {
  return `${action} on ${platform}`;
}
