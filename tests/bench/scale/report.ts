import { table } from '../report/table.ts';
import type { Figures } from './measure.ts';

/** The figures as two tables in Markdown, and what they come to in a sentence. */
export function written(all: readonly Figures[]): string {
  const base = all[0];
  const services = ({ cpu }: Figures) => cpu.auditor + cpu.detector + cpu.diagnoser + cpu.remediator;
  const sum = (one: Figures) => services(one) + one.cpu.nats + one.cpu.postgres;
  const rows = all.map((one) => [
    `${one.nodes} / R${one.nodes}`,
    one.replicas,
    one.perSecond.toFixed(1),
    base === undefined ? '' : `${(one.perSecond / base.perSecond).toFixed(2)}`,
    `${Math.round(one.p50)} / ${Math.round(one.p99)} ms`,
    one.failOver === undefined
      ? '-'
      : `${(one.failOver.firstMs / 1_000).toFixed(1)} s, ${(one.failOver.longestMs / 1_000).toFixed(1)} s`,
    one.lost,
    one.doubled,
  ]);
  const costs = all.map((one) => [
    `${one.nodes} / R${one.nodes}`,
    one.replicas,
    ...[one.cpu.detector, one.cpu.diagnoser, one.cpu.remediator, one.cpu.auditor, one.cpu.nats, one.cpu.postgres].map(
      (ms) => ms.toFixed(1),
    ),
    sum(one).toFixed(1),
    base === undefined ? '' : (sum(one) / sum(base)).toFixed(2),
    one.cpu.sender.toFixed(1),
    one.atRest.toFixed(0),
  ]);
  const stored = all.map((one) => [
    `${one.nodes} / R${one.nodes}`,
    one.replicas,
    `${(one.bytes.stream / 1_024).toFixed(1)} KiB`,
    `${(one.bytes.buckets / 1_024).toFixed(1)} KiB`,
    one.bytes.keys.toFixed(1),
  ]);
  return [
    table(
      [
        'NATS',
        'replicas',
        'chains/s',
        'of the first',
        'p50 / p99',
        'first decision after the kill, longest gap',
        'lost',
        'doubled',
      ],
      rows,
    ),
    'Processor time for each chain, in ms of one core:\n',
    table(
      [
        'NATS',
        'replicas',
        'detector',
        'diagnoser',
        'remediator',
        'auditor',
        'NATS',
        'Postgres',
        'sum',
        'of the first',
        '(sender)',
        'at rest, ms/s',
      ],
      costs,
    ),
    'What each chain leaves behind, in one copy:\n',
    table(['NATS', 'replicas', 'streams', 'buckets', 'keys'], stored),
    ...trafficOf(all),
  ].join('\n');
}

/** Whatever there is at least one of in a hundred chains. */
function trafficOf(all: readonly Figures[]): string[] {
  const counted = all.filter(({ traffic }) => traffic !== undefined);
  if (counted.length === 0) return [];
  const names = [...new Set(counted.flatMap(({ traffic }) => Object.keys(traffic ?? {})))].sort();
  const rows = names
    .map((name) => [name, ...counted.map(({ traffic }) => (traffic?.[name] ?? 0).toFixed(2))])
    .filter(([, ...counts]) => counts.some((count) => Number(count) >= 0.01));
  const heads = counted.map(({ nodes, replicas }) => `${nodes} / R${nodes}, ${replicas}`);
  return ['Messages for each chain (NATS, replicas):\n', table(['what', ...heads], rows)];
}
