import { atLeast, atMost, type Part, type Target } from '../report/part.ts';
import { table } from '../report/table.ts';
import type { Steady } from './followed.ts';
import { type ChainFigures, median, type Round } from './measure.ts';

const SHARE_OF_RAW = 0.5;
const P99_MS = 50;
const P99_AT = 200;
const PROCESSES = ['detector', 'diagnoser', 'remediator', 'auditor', 'nats', 'postgres', 'sender'];
const OF_SERVICES = PROCESSES.slice(0, 4);

/** Chains a second, the middle of the rounds. */
export function speedOf(rounds: readonly Round[]): number {
  return median(rounds.map(({ perSecond }) => perSecond));
}

/** Milliseconds of processor time that the four processes need for a chain, the middle of the rounds. */
export function costOf(rounds: readonly Round[]): number {
  return median(rounds.map(({ cpu }) => OF_SERVICES.reduce((sum, name) => sum + (cpu[name] ?? 0), 0)));
}

export function chainPart(figures: ChainFigures): Part {
  return { figures, targets: targetsOf(figures), tables: tablesOf(figures) };
}

function targetsOf({ ours, raw }: ChainFigures): Target[] {
  const share = speedOf(ours.rounds) / speedOf(raw.rounds);
  const at = ours.steady.find(({ perSecond }) => perSecond === P99_AT);
  return [
    atLeast('chains a second, by those of the raw chain', SHARE_OF_RAW, share, (value) => value.toFixed(2)),
    ...(at === undefined
      ? []
      : [atMost(`webhook to decision at ${P99_AT}/s, p99`, P99_MS, at.p99, ms, `not sustained: ${behind(at)}`)]),
  ];
}

function tablesOf({ ours, raw, bytes }: ChainFigures): string {
  const sides = [
    ['Prunella', ours],
    ['raw clients', raw],
  ] as const;
  const sizes = Object.entries(bytes).map(([subject, size]) => `${subject} ${Math.round(size)}`);
  const costs = sides.map(([name, { rounds }]) => [
    name,
    speedOf(rounds).toFixed(0),
    `${Math.min(...rounds.map((one) => one.perSecond)).toFixed(0)} to ${Math.max(...rounds.map((one) => one.perSecond)).toFixed(0)}`,
    ...PROCESSES.map((process) => middle(rounds, process)),
    costOf(rounds).toFixed(2),
  ]);
  const ratio = (of: (rounds: readonly Round[]) => number) => (of(ours.rounds) / of(raw.rounds)).toFixed(2);
  return [
    `Bytes of each message, of both: ${sizes.join(', ')}.\n`,
    table(
      ['', 'chains/s', 'rounds', ...PROCESSES.map((name) => `${name}, ms`), 'the four processes, ms'],
      [...costs, ['Prunella by raw', ratio(speedOf), '', ...PROCESSES.map(() => ''), ratio(costOf)]],
    ),
    table(
      ['rate', 'Prunella, p50 / p99 / longest', 'raw clients, p50 / p99 / longest', 'sender late'],
      ours.steady.map((one, index) => [
        `${one.perSecond}/s`,
        times(one),
        times(raw.steady[index]),
        `${ms(one.senderBehind)}, ${ms(raw.steady[index]?.senderBehind ?? 0)}`,
      ]),
    ),
  ].join('\n');
}

function middle(rounds: readonly Round[], process: string): string {
  const found = rounds.flatMap(({ cpu }) => cpu[process] ?? []);
  return found.length === 0 ? '-' : median(found).toFixed(2);
}

function times(steady: Steady | undefined): string {
  if (steady === undefined) return '-';
  const { p50, p99, longest } = steady;
  if (p50 === undefined || p99 === undefined || longest === undefined) return `not sustained: ${behind(steady)}`;
  return `${ms(p50)} / ${ms(p99)} / ${ms(longest)}`;
}

function behind({ unfinished, sent, seconds, refused }: Steady): string {
  const refusals = refused === 0 ? '' : `, ${refused} refused`;
  return `${unfinished} of ${sent} undecided after ${seconds.toFixed(1)} s${refusals}`;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}
