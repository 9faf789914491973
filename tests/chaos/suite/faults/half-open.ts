import { anyLink, type FaultKind, named } from './fault.ts';

export const halfOpen: FaultKind = {
  kind: 'half-open',
  says: 'Connections stay open and nothing passes any more, as when the machine at the other end lost its power; then they break.',
  targets: anyLink,
  // The client takes a server for gone after two pings without an answer, 20 to 30 s.
  lasts: [2_000, 25_000],
  startsMayFail: true,
  begin: async ({ links }, { target }, hit) => named(links, target).silence(hit),
};
