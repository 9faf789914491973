import { type FaultKind, theOne } from './fault.ts';

export const webhooks: FaultKind = {
  kind: 'webhooks',
  says: 'Webhooks are delivered several times, with the same id and with others, late and in another order.',
  targets: theOne,
  lasts: [3_000, 15_000],
  draw: (random) => ({ copies: 1 + Math.floor(random() * 3), heldMs: Math.round(random() * 5_000) }),
  async begin({ courier }, { detail }, hit) {
    courier.mood = { copies: Number(detail['copies']), heldMs: Number(detail['heldMs']), hit };
    return () => {
      courier.mood = { copies: 0, heldMs: 0 };
    };
  },
};
