import type { Effect, EventSeen, Ledger } from '../ledger/ledger.ts';
import { type Promised, promiseOf } from '../load/promised.ts';
import type { Check } from './check.ts';
import { count, isSameRun, nameOf, runOf } from './effects.ts';

export const onlyWhatFailed: Check = {
  id: 'only-what-failed',
  says: 'Only what was told as failed is run again.',
  when: 'always',
  broken({ effects, deliveries }) {
    const failed = new Set(deliveries.filter(({ kind, says }) => kind === 'run' && says === 'failure').map(nameOf));
    return effects
      .filter((effect) => !failed.has(nameOf({ ...effect, attempt: effect.attempt - 1 })))
      .map((effect) => `${nameOf(effect)} was begun, and the attempt before was not told as failed`);
  },
};

export const codeIsLeftAlone: Check = {
  id: 'code-is-left-alone',
  says: 'What failed because of the code is never run again.',
  when: 'always',
  broken({ effects, end }) {
    const code = new Set(end.runs.filter(({ story }) => story === 'code').map(runOf));
    return effects.filter((effect) => code.has(runOf(effect))).map((effect) => `${nameOf(effect)} was begun`);
  },
};

export const budgets: Check = {
  id: 'budgets',
  says: 'No run, no repository and no group of repositories has more reruns than the policy allows.',
  when: 'always',
  broken({ effects }, promised) {
    const ofRuns = count(effects.map(runOf));
    const ofRepositories = count(effects.map(({ repository }) => repository));
    const ofGroups = count(effects.map(({ repository }) => promiseOf(promised, repository)?.prefix ?? repository));
    return [
      ...over(ofRuns, () => promised.attempts),
      ...over(ofRepositories, (repository) => promiseOf(promised, repository)?.actions),
      ...over(ofGroups, (prefix) => promiseOf(promised, prefix)?.together),
    ];
  },
};

function over(counts: ReadonlyMap<string, number>, allowed: (name: string) => number | undefined): string[] {
  return [...counts]
    .filter(([name, times]) => times > (allowed(name) ?? Number.POSITIVE_INFINITY))
    .map(([name, times]) => `${name}: ${times} reruns, allowed ${allowed(name)}`);
}

export const storms: Check = {
  id: 'storms',
  says: 'Of the reruns that waited in a storm no more run at a time than the policy allows.',
  when: 'always',
  broken({ effects, end }, { inStorm }) {
    const parked = new Set(end.events?.filter(isParked).map(nameOf));
    const trials = effects.filter((effect) => parked.has(nameOf({ ...effect, attempt: effect.attempt - 1 })));
    // Most run at a time when one begins.
    return trials.flatMap((trial) => {
      const running = trials.filter(({ at, endedAt }) => at <= trial.at && trial.at < (endedAt ?? Infinity));
      if (running.length <= inStorm) return [];
      return [`${nameOf(trial)} was begun as one of ${running.length} at a time that had waited, allowed ${inStorm}`];
    });
  },
};

function isParked({ subject, refusedBy }: EventSeen): boolean {
  return subject === 'action.scheduled' && refusedBy.split(',').includes('storm');
}

export const modes: Check = {
  id: 'modes',
  says: 'Nothing is done where the policy only recommends or watches, and where it asks nothing without a yes.',
  when: 'always',
  broken(ledger, promised) {
    return ledger.effects.flatMap((effect) => notAllowed(effect, ledger, promised));
  },
};

function notAllowed(effect: Effect, { answers }: Ledger, promised: Promised): string[] {
  const mode = promiseOf(promised, effect.repository)?.mode ?? 'recommend';
  if (mode === 'act') return [];
  if (mode !== 'approve') return [`${nameOf(effect)} was begun where the mode is ${mode}`];
  const before = answers.filter(
    (answer) => isSameRun(answer, effect) && answer.attempt === effect.attempt - 1 && answer.at <= effect.at,
  );
  if (before.some(({ approved }) => !approved)) return [`${nameOf(effect)} was begun after a no`];
  return before.some(({ approved }) => approved) ? [] : [`${nameOf(effect)} was begun without a yes`];
}
