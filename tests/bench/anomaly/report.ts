import type { BuildFigures } from './builds.ts';
import type { NabFigures } from './nab-score.ts';

export function printBuilds(figures: readonly BuildFigures[], series: number, seed: number): string[] {
  const rows = figures.map((one) => [
    one.detector,
    one.precision.toFixed(3),
    one.recall.toFixed(3),
    one.slowdowns.toFixed(3),
    one.delay.toFixed(2),
    one.falsePerThousand.toFixed(1),
    one.perShift.toFixed(2),
  ]);
  return [
    `simulated builds (${series} series of 400, seed ${seed})`,
    ...table(['', 'precision', 'recall', 'slow-downs', 'delay', 'false/1000', 'per shift'], rows),
  ];
}

export type OnNab = NabFigures & { detector: string; developedOn: number; heldOut: number };

export function printNab(figures: readonly OnNab[]): string[] {
  if (figures.length === 0) return ['', 'NAB: not measured, --data DIR says where it is'];
  const rows = figures.map((one) => [
    one.detector,
    one.score.toFixed(1),
    `${one.found}/${one.windows}`,
    String(one.falseAlarms),
    one.developedOn.toFixed(1),
    one.heldOut.toFixed(1),
  ]);
  const head = ['', 'score', 'windows', 'false alarms', 'developed on', 'held out'];
  return ['', 'NAB, standard profile, one threshold for all files', ...table(head, rows)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}
