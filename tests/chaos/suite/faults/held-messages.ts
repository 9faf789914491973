import { anyProcess, type FaultKind, named } from './fault.ts';

/** Events; and what is written to buckets. */
const SUBJECTS = {
  events: /^(?:pipeline|diagnosis|action|outcome|confidence)\./,
  state: /^\$KV\./,
} as const;

export const heldMessages: FaultKind = {
  kind: 'held-messages',
  says: 'What a service publishes, or writes to its buckets, arrives seconds later, after all else that it sent meanwhile.',
  targets: anyProcess,
  lasts: [2_000, 10_000],
  draw: (random) => ({ of: random() < 0.6 ? 'events' : 'state', heldMs: Math.round(500 + random() * 5_500) }),
  async begin({ links }, { target, detail }, hit) {
    const subject = detail['of'] === 'state' ? SUBJECTS.state : SUBJECTS.events;
    return named(links, target).tamper({ subject, held: Number(detail['heldMs']) }, hit);
  },
};
