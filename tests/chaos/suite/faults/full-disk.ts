import type { FaultKind } from './fault.ts';

export const fullDisk: FaultKind = {
  kind: 'full-disk',
  says: 'The disk of NATS (a small tmpfs) is full; then there is room again, and NATS is started anew, as an operator would do.',
  targets: [''],
  lasts: [1_000, 6_000],
  missing: ({ disk }) => (disk === undefined ? 'mounting a tmpfs for NATS needs root' : undefined),
  async begin({ disk, nats }) {
    const empty = await disk?.fill();
    return async () => {
      await empty?.();
      // A server that met a full disk switches JetStream off until it is started again.
      const up = await nats.hold('stop');
      await up();
    };
  },
};
