import type { FaultKind } from './fault.ts';

export const pauseServer: FaultKind = {
  kind: 'pause-server',
  says: 'NATS or PostgreSQL stands still (SIGSTOP) while its connections stay open, as with a disk that does not answer.',
  targets: () => ['nats', 'postgres'],
  lasts: [500, 8_000],
  startsMayFail: true,
  begin: (world, { target }, hit) => (target === 'nats' ? world.nats : world.postgres).pause(hit),
};
