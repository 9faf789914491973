import type { Part } from '../report/part.ts';
import { table } from '../report/table.ts';
import type { AuditFigures } from './measure.ts';

export function auditPart(figures: AuditFigures): Part {
  const { events, rows, recorded, copied, cpu } = figures;
  const [whole, limit] = [Math.round(recorded), Math.round(copied)];
  const tables = [
    `${events} events, which became ${rows} rows.\n`,
    table(
      ['', 'rows/s', 'processor time for 1,000 rows: auditor', 'Postgres'],
      [
        ['the auditor, from the stream', whole, `${cpu.auditor.toFixed(0)} ms`, `${cpu.postgres.toFixed(0)} ms`],
        ['the same rows by COPY', limit, '-', `${cpu.copy.toFixed(1)} ms`],
        [
          'the auditor by COPY',
          (recorded / copied).toFixed(3),
          '',
          `${((cpu.auditor + cpu.postgres) / cpu.copy).toFixed(1)} (with the auditor)`,
        ],
      ],
    ),
  ].join('\n');
  return { figures, tables, targets: [] };
}
