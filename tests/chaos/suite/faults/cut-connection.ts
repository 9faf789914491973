import { anyLink, type FaultKind, named } from './fault.ts';

export const cutConnection: FaultKind = {
  kind: 'cut-connection',
  says: 'The connections between a service and NATS, or the auditor and PostgreSQL, break, and none is to be had for a while.',
  targets: anyLink,
  lasts: [0, 5_000],
  startsMayFail: true,
  begin: async ({ links }, { target }, hit) => named(links, target).break(hit),
};
