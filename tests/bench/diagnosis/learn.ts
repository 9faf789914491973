import type { Cause } from '@prunella/contracts';
import { type Example, type Model, train } from '@prunella/model';
import type { Rule } from '@prunella/rules';
import { seededRandom } from './random.ts';
import type { Studied } from './study.ts';

/** What a rule's example counts, compared with a log: it is one line that we wrote. */
const EXAMPLE_WEIGHT = 0.3;
const SEED = 11;

/** Labelled logs as examples. */
export function examplesOf(studied: readonly Studied[]): Example[] {
  return studied.map(({ item, failure }) => ({
    failure,
    cause: item.cause as Cause,
    group: item.project,
  }));
}

/** The lines that rules must match: for causes that few logs have they are nearly all that is known. */
export function examplesOfRules(rules: readonly Rule[]): Example[] {
  return rules.flatMap(({ id, cause, examples }) =>
    examples.match
      .filter((example) => typeof example === 'string')
      .map((text): Example => {
        const lines = text.split('\n').map((line) => ({ text: line }));
        const failure = { lines, ranks: lines.map((_, rank) => rank), metrics: {} };
        return { failure, cause, group: `rule ${id}`, weight: EXAMPLE_WEIGHT };
      }),
  );
}

/** Trains on logs and rules' examples, as the model that is shipped is. */
export function learnModel(
  studied: readonly Studied[],
  rules: readonly Rule[],
  version: string,
  createdAt: string,
): Model {
  const logs = examplesOf(studied);
  const ours = examplesOfRules(rules);
  const sets = [...Map.groupBy(studied, ({ item }) => item.set)].map(([set, list]) => `${set}: ${list.length} logs`);
  return train([...logs, ...ours], {
    random: seededRandom(SEED),
    version,
    createdAt,
    data: [...sets, `built-in rules: ${ours.length} example lines`],
    metrics: {},
  });
}
