import { type FaultKind, theOne } from './fault.ts';

export const killPostgres: FaultKind = {
  kind: 'kill-postgres',
  says: 'PostgreSQL is killed or stopped in good order, and started again after a while.',
  targets: theOne,
  lasts: [200, 8_000],
  draw: (random) => ({ how: random() < 0.7 ? 'kill' : 'stop' }),
  startsMayFail: true,
  begin: ({ postgres }, { detail }, hit) => postgres.hold(detail['how'] === 'stop' ? 'stop' : 'kill', hit),
};
