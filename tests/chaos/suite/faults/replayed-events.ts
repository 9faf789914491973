import { type FaultKind, theOne } from './fault.ts';

export const replayedEvents: FaultKind = {
  kind: 'replayed-events',
  says: 'Events of some time ago are put on the bus once more as they were, past its own recognition of duplicates.',
  targets: theOne,
  lasts: [0, 0],
  draw: (random) => ({ events: Math.round(3 + random() * 20) }),
  async begin({ replay }, { detail }, hit) {
    await replay(Number(detail['events']), hit);
    return () => undefined;
  },
};
