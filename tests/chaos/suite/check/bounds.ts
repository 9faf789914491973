import type { Effect, Ledger } from '../ledger/ledger.ts';
import { type Promised, promiseOf } from '../load/promised.ts';
import type { Check } from './check.ts';
import { count, nameOf } from './effects.ts';

export const onlyWhatFailed: Check = {
  id: 'only-what-failed',
  says: 'Only what was told as failed is run again.',
  when: 'always',
  broken({ effects, deliveries }) {
    const failed = new Set(deliveries.filter(({ says }) => says === 'failure').map(nameOf));
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
    const code = new Set(end.runs.filter(({ story }) => story === 'code').map(({ runId }) => runId));
    return effects.filter(({ runId }) => code.has(runId)).map((effect) => `${nameOf(effect)} was begun`);
  },
};

export const budgets: Check = {
  id: 'budgets',
  says: 'No run, no repository and no day has more reruns than the policy allows.',
  when: 'always',
  broken({ effects }, promised) {
    const ofRuns = count(effects.map(({ repository, runId }) => `${repository}#${runId}`));
    const ofRepositories = count(effects.map(({ repository }) => repository));
    const allowed = (repository: string) => promiseOf(promised, repository)?.actions ?? promised.inAll;
    return [
      ...over(ofRuns, () => promised.attempts),
      ...over(ofRepositories, allowed),
      ...over(new Map([['all together', effects.length]]), () => promised.inAll),
    ];
  },
};

function over(counts: ReadonlyMap<string, number>, allowed: (name: string) => number): string[] {
  return [...counts]
    .filter(([name, times]) => times > allowed(name))
    .map(([name, times]) => `${name}: ${times} reruns, allowed ${allowed(name)}`);
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
    ({ runId, attempt, at }) => runId === effect.runId && attempt === effect.attempt - 1 && at <= effect.at,
  );
  if (before.some(({ approved }) => !approved)) return [`${nameOf(effect)} was begun after a no`];
  return before.some(({ approved }) => approved) ? [] : [`${nameOf(effect)} was begun without a yes`];
}
