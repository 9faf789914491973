import { anyProcess, type FaultKind, named } from './fault.ts';

export const lostAcks: FaultKind = {
  kind: 'lost-acks',
  says: 'The acknowledgements of a service are lost: what it has handled is delivered once more, later than what came after it.',
  targets: anyProcess,
  lasts: [1_000, 10_000],
  begin: async ({ links }, { target }, hit) =>
    named(links, target).tamper({ subject: /^\$JS\.ACK\./, held: 'lost' }, hit),
};
