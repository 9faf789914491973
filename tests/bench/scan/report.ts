import type { Part } from '../report/part.ts';
import { table } from '../report/table.ts';
import type { ScanFigures } from './measure.ts';

export function scanPart(figures: ScanFigures): Part {
  const rows = figures.rows.map(({ rules, megabytes, mbPerSecond, floorMbPerSecond, baseline, peakRssMb }) => [
    rules,
    `${megabytes} MB`,
    `${mbPerSecond.toFixed(0)} MB/s`,
    `${floorMbPerSecond.toFixed(0)} MB/s`,
    (mbPerSecond / floorMbPerSecond).toFixed(3),
    ...(baseline === undefined
      ? ['-', '-']
      : [`${baseline.mbPerSecond.toFixed(2)} MB/s`, `${(mbPerSecond / baseline.mbPerSecond).toFixed(0)} times`]),
    `${peakRssMb.toFixed(0)} MB`,
  ]);
  const head = [
    ...['rules', 'log', 'scan', 'only finding the ends of lines', 'scan by that'],
    ...['every pattern on every line', 'scan by that', 'peak memory'],
  ];
  return { figures, tables: table(head, rows), targets: [] };
}
