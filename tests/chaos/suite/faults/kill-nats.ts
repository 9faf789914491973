import { type FaultKind, theOne } from './fault.ts';

export const killNats: FaultKind = {
  kind: 'kill-nats',
  says: 'NATS is killed or stopped in good order, and started again after a while on what it had written.',
  targets: theOne,
  lasts: [200, 6_000],
  draw: (random) => ({ how: random() < 0.7 ? 'kill' : 'stop' }),
  startsMayFail: true,
  begin: ({ nats }, { detail }, hit) => nats.hold(detail['how'] === 'stop' ? 'stop' : 'kill', hit),
};
