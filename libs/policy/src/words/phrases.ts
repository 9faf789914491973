import type { ActionType, Mode } from '@prunella/contracts';
import { formatDuration } from '@prunella/core';
import type { Match } from '../match.ts';

/** Where something stands in the file: `['budgets', 0]`. */
export type PolicyPath = readonly (string | number)[];

/** One thing that a policy says, in a sentence. */
export interface PolicySentence {
  says: string;
  at: PolicyPath;
  /** It is a freeze that holds at this very moment. Absent: it is none, or does not hold. */
  holdsNow?: true;
}

/** What a policy says about one thing. */
export interface PolicySection {
  id: string;
  title: string;
  sentences: readonly PolicySentence[];
}

const UNITS: Readonly<Record<string, string>> = { ms: 'ms', s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** `10 minutes`, `1 hour`, `36 hours`. */
export function time(ms: number): string {
  const [, amount = '', unit = ''] = /^([\d.]+)(\w+)$/.exec(formatDuration(ms)) ?? [];
  const word = UNITS[unit] ?? unit;
  return `${amount} ${word}${amount === '1' || unit === 'ms' ? '' : 's'}`;
}

/** `any hour`, `any 2 days`: a stretch of time, wherever it begins. */
export function anyStretch(ms: number): string {
  return `any ${time(ms).replace(/^1 /, '')}`;
}

/** `60 %` */
export function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}

/** `1 time`, `3 times` */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`;
}

/** `a, b or c` */
export function anyOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** `a, b and c` */
export function allOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** With a capital. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const ACTIONS: Readonly<Record<ActionType, string>> = {
  retry: 'a retry',
  retry_with_backoff: 'a retry after a wait',
  rollback: 'a rollback',
  scale_resources: 'more memory or CPU',
  skip_test: 'skipping a flaky test',
  reset_connections: 'a reset of connections',
  raise_timeout: 'a longer time limit',
  wait_for_dependency: 'waiting for a dependency',
  alternative_path: 'starting another pipeline instead',
  notify_human: 'telling a person',
  none: 'doing nothing',
};

export function action(type: ActionType): string {
  return ACTIONS[type];
}

/** What a mode means, as the end of `Prunella ...`. */
export const MODES: Readonly<Record<Mode, string>> = {
  observe: 'only watches and tells nobody outside',
  recommend: 'says what it would do, and does nothing by itself',
  approve: 'asks a person before it does anything',
  act: 'acts by itself where it is sure enough',
};

const PLACES = [
  ['platform', 'on'],
  ['repository', 'in'],
  ['pipeline', 'in pipeline'],
  ['branch', 'on branch'],
  ['environment', 'in environment'],
] as const satisfies readonly (readonly [keyof Match, string])[];

/** What an entry is for: `a rollback in acme/shop on branch main`. @param whatever where it names no action. */
export function subject(match: Partial<Match> | undefined, whatever = 'everything'): string {
  if (match === undefined) return whatever;
  const { action: actions, cause } = match;
  const what = actions === undefined ? whatever : anyOf([actions].flat().map(action));
  const where = PLACES.flatMap(([field, before]) => {
    const globs = match[field];
    const named = globs === undefined ? [] : [globs].flat();
    // What matches anything says nothing.
    return named.length === 0 || named.includes('**') ? [] : [`${before} ${anyOf(named)}`];
  });
  const why = cause === undefined ? [] : [`where the cause is ${anyOf([cause].flat().map(plain))}`];
  return [what, ...where, ...why].join(' ');
}

/** Days of the week by their first three letters. */
export const DAYS: Readonly<Record<string, string>> = {
  ...{ mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday' },
  ...{ sat: 'Saturday', sun: 'Sunday' },
};

/** `error_rate` as `error rate`. */
export function plain(word: string): string {
  return word.replaceAll('_', ' ');
}
