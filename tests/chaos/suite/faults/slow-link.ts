import { anyLink, type FaultKind, named } from './fault.ts';

export const slowLink: FaultKind = {
  kind: 'slow-link',
  says: 'All that passes between a service and its server arrives later, in both directions.',
  targets: anyLink,
  lasts: [2_000, 15_000],
  draw: (random) => ({ delayMs: Math.round(50 + random() * 450) }),
  startsMayFail: true,
  begin: async ({ links }, { target, detail }, hit) => named(links, target).slow(Number(detail['delayMs']), hit),
};
