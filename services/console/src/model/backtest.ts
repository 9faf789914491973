import type { BacktestReport, CaseReport, PolicyReport, Result, Tally } from '@prunella/backtest';
import { formatMinutes } from './format.ts';

export type { BacktestReport, CaseReport, PolicyReport, Result, Tally };

/** A number of a table, of one or two policies. */
export interface Measure {
  id: string;
  label: string;
  /** What it means, for who sees it for the first time. */
  hint: string;
  of: (tally: Tally) => number | null;
  /** Whether more of it is better; absent: neither. */
  better?: 'more' | 'less';
  unit?: 'minutes' | 'money' | 'share';
  /** Shown also where it is zero on both sides. */
  always?: true;
  /** A part of the one before it that is none. */
  part?: true;
}

/** Failures that it acts on. */
export function actedOn({ results }: Tally): number {
  return results.healed + results['false-heal'] + results['acted-unknown'];
}

export const MEASURES: readonly Measure[] = [
  { id: 'failures', label: 'Failures', hint: 'That it decided about', of: (t) => t.failures, always: true },
  { id: 'acted', label: 'Acted on', hint: 'Done by itself, nobody asked', of: actedOn, always: true },
  {
    ...{ id: 'healed', label: 'Healed', hint: 'A rerun of the same commit passed, or the same was done and helped' },
    ...{ of: (t) => t.results.healed, better: 'more', always: true, part: true },
  },
  {
    ...{
      id: 'false',
      label: 'False heals',
      hint: 'Acted in vain: it failed in the same way again, or the code was at fault',
    },
    ...{ of: (t) => t.results['false-heal'], better: 'less', always: true, part: true },
  },
  {
    ...{ id: 'unjudged', label: 'Not known', hint: 'Acted, and nobody ever ran that commit again' },
    ...{ of: (t) => t.results['acted-unknown'], always: true, part: true },
  },
  {
    ...{ id: 'precision', label: 'Right, where known', hint: 'Healed, of those healed and false' },
    ...{ of: (t) => t.precision, better: 'more', unit: 'share', always: true },
  },
  { id: 'asked', label: 'Asked a person', hint: 'What they would have said is not known', of: (t) => t.results.asked },
  { id: 'recommended', label: 'Only recommended', hint: 'Said, and not done', of: (t) => t.results.recommended },
  { id: 'handed', label: 'Handed over', hint: 'Left to a person', of: (t) => t.results['handed-over'], always: true },
  { id: 'observed', label: 'Only watched', hint: 'Nobody was told', of: (t) => t.results.observed },
  {
    ...{
      id: 'late',
      label: 'Too late or held up',
      hint: 'Somebody was faster, or a storm or dependency stood in the way',
    },
    of: (t) => t.results.superseded + t.results.withheld,
  },
  {
    ...{
      id: 'absent',
      label: 'Would not have happened',
      hint: 'Failures of runs that this policy would not have begun',
    },
    of: (t) => t.results.absent,
  },
  {
    ...{ id: 'missed', label: 'Missed', hint: 'It did not act, and a rerun of the same commit passed' },
    ...{ of: (t) => t.missed, better: 'less', always: true },
  },
  {
    ...{
      id: 'loops',
      label: 'Loops',
      hint: 'Incidents on which it acted three times, and nothing is known to have helped',
    },
    ...{ of: (t) => t.loops, better: 'less', always: true },
  },
  { id: 'reruns', label: 'Reruns', hint: 'Runs of CI that it would have begun', of: (t) => t.reruns, always: true },
  {
    ...{ id: 'minutes', label: 'Minutes of CI', hint: 'What those reruns would have taken' },
    ...{ of: (t) => t.minutes, better: 'less', unit: 'minutes', always: true },
  },
  {
    ...{ id: 'money', label: 'Money', hint: 'By the prices of the policy' },
    ...{ of: (t) => t.money, better: 'less', unit: 'money' },
  },
];

/** Those that say something about one of the policies. */
export function shownMeasures(tallies: readonly Tally[]): Measure[] {
  return MEASURES.filter(({ always, of }) => always || tallies.some((tally) => (of(tally) ?? 0) !== 0));
}

/** `12`, `35 min`, `0.28 EUR`, `87%`; a dash for what is not known. */
export function formatMeasure({ unit }: Pick<Measure, 'unit'>, value: number | null, currency: string): string {
  if (value === null) return '–';
  if (unit === 'share') return `${Math.floor(value * 1_000) / 10}%`;
  if (unit === 'minutes') return formatMinutes(value);
  if (unit === 'money') return `${value.toFixed(2)} ${currency}`;
  return value.toLocaleString('en');
}

/** By how much it differs, with its sign, and whether that is good; undefined: it does not, or nobody knows. */
export function difference(
  measure: Measure,
  now: number | null,
  before: number | null,
  currency: string,
): { says: string; tone: 'green' | 'red' | 'gray' } | undefined {
  if (now === null || before === null || now === before) return undefined;
  const { better, unit } = measure;
  const [sign, size] = [now > before ? '+' : '−', Math.abs(now - before)];
  const says = unit === 'share' ? `${Math.round(size * 1_000) / 10} points` : formatMeasure(measure, size, currency);
  const tone = better === undefined ? 'gray' : now > before === (better === 'more') ? 'green' : 'red';
  return { says: `${sign}${says}`, tone };
}

/** What a backtest found, in sentences, the one that matters most first. */
export function inWords({ policy, against, changed = 0 }: BacktestReport): string[] {
  return against === undefined
    ? [alone(policy), ...uncertainty(policy.totals)]
    : [compared(policy, against, changed), ...uncertainty(policy.totals), ...loops(policy.totals, against.totals)];
}

function alone({ totals, currency }: PolicyReport): string {
  const { healed, 'false-heal': vain } = totals.results;
  if (totals.failures === 0) return 'There were no failures in this time.';
  return `This policy would have healed ${healed} of ${failures(totals.failures)} and acted in vain on ${vain}${cost(totals, currency)}.`;
}

function compared(policy: PolicyReport, against: PolicyReport, changed: number): string {
  const [now, before] = [policy.totals, against.totals];
  if (now.failures + before.failures === 0) return 'There were no failures in this time.';
  if (changed === 0) return `The new policy would have done the same about ${all(now.failures)}.`;
  const healed = now.results.healed - before.results.healed;
  const vain = now.results['false-heal'] - before.results['false-heal'];
  const minutes = now.minutes - before.minutes;
  const money = policy.currency === against.currency ? now.money - before.money : 0;
  const spent = [
    ...(minutes === 0 ? [] : [minutesOfCi(minutes)]),
    ...(Math.abs(money) < 0.005
      ? []
      : [`${Math.abs(money).toFixed(2)} ${policy.currency} ${money > 0 ? 'more' : 'less'}`]),
  ].join(' and ');
  const effect =
    healed === 0 && vain === 0
      ? `would have decided otherwise about ${failures(changed)}, with as many heals and false heals as before`
      : `would have healed ${amount(healed, 'failure')} and caused ${amount(vain, 'false heal')}`;
  return `The new policy ${effect}${spent === '' ? '' : `, for ${spent}`}.`;
}

/** `12 more failures`, `1 fewer false heal`, `no more false heals`. */
function amount(difference: number, one: string): string {
  if (difference === 0) return `no more ${one}s`;
  const size = Math.abs(difference);
  return `${size.toLocaleString('en')} ${difference > 0 ? 'more' : 'fewer'} ${one}${size === 1 ? '' : 's'}`;
}

/** `35 more minutes of CI`, `3 h 20 min less of CI` */
function minutesOfCi(difference: number): string {
  const size = Math.abs(difference);
  if (size >= 120) return `${formatMinutes(size)} ${difference > 0 ? 'more' : 'less'} of CI`;
  const rounded = Math.round(size * 10) / 10;
  return `${rounded} ${difference > 0 ? 'more' : 'fewer'} minute${rounded === 1 ? '' : 's'} of CI`;
}

function cost({ minutes, money }: Tally, currency: string): string {
  if (minutes === 0) return '';
  return `, for ${formatMinutes(minutes)} of CI${money > 0 ? ` and ${money.toFixed(2)} ${currency}` : ''}`;
}

function uncertainty(totals: Tally): string[] {
  const acted = actedOn(totals);
  const unknown = totals.results['acted-unknown'];
  if (acted === 0) return [];
  if (unknown === 0) return [`Whether it would have helped is known of all ${acted} that it acted on.`];
  return [
    `Whether it would have helped is known of ${acted - unknown} of the ${acted} that it acted on; of ${unknown} nobody knows, and they count as neither.`,
  ];
}

function loops(now: Tally, before: Tally): string[] {
  if (now.loops <= before.loops) return [];
  return [`It would have acted again and again in vain on ${amount(now.loops - before.loops, 'incident')}.`];
}

function failures(count: number): string {
  return `${count.toLocaleString('en')} failure${count === 1 ? '' : 's'}`;
}

function all(count: number): string {
  return count === 1 ? 'the one failure' : `all ${failures(count)}`;
}

export const RESULTS: Readonly<
  Record<Result, { label: string; tone: 'green' | 'amber' | 'red' | 'violet' | 'blue' | 'gray' }>
> = {
  healed: { label: 'Healed', tone: 'green' },
  'false-heal': { label: 'False heal', tone: 'red' },
  'acted-unknown': { label: 'Acted, not known', tone: 'gray' },
  asked: { label: 'Asked', tone: 'amber' },
  recommended: { label: 'Recommended', tone: 'blue' },
  observed: { label: 'Watched', tone: 'gray' },
  'handed-over': { label: 'Handed over', tone: 'violet' },
  superseded: { label: 'Too late', tone: 'gray' },
  withheld: { label: 'Held up', tone: 'gray' },
  absent: { label: 'Would not have happened', tone: 'gray' },
};

/** The same name under both policies. */
export interface Group {
  name: string;
  now: Tally;
  before: Tally | undefined;
}

/** Sums of both policies by name, the most failures first. */
export function groups(now: PolicyReport['causes'], before: PolicyReport['causes'] | undefined): Group[] {
  const known = new Map(before?.map((tally) => [tally.name, tally]));
  return now.map((tally) => ({ name: tally.name, now: tally, before: known.get(tally.name) }));
}

/** How a case changed: it is better where a heal is won or a false heal saved. */
export function changeOf({ policy, against }: CaseReport): 'better' | 'worse' | 'other' {
  const worth = (result: Result | undefined) => (result === 'healed' ? 1 : result === 'false-heal' ? -1 : 0);
  const difference = worth(policy.result) - worth(against?.result);
  return difference > 0 ? 'better' : difference < 0 ? 'worse' : 'other';
}

/** What differs between what two policies say, by section. */
export interface SaidDifference {
  title: string;
  gone: string[];
  come: string[];
}

interface Section {
  id: string;
  title: string;
  sentences: readonly { says: string }[];
}

/** Sentences that only one of two policies says; sections without any are left out. */
export function saidDifferences(before: readonly Section[], now: readonly Section[]): SaidDifference[] {
  return now.flatMap(({ id, title, sentences }) => {
    const was = before.find((section) => section.id === id)?.sentences.map(({ says }) => says) ?? [];
    const is = sentences.map(({ says }) => says);
    const gone = was.filter((says) => !is.includes(says));
    const come = is.filter((says) => !was.includes(says));
    return gone.length + come.length === 0 ? [] : [{ title, gone, come }];
  });
}
