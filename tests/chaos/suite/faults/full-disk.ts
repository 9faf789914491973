import { type FaultKind, theOne, watching } from './fault.ts';

export const fullDisk: FaultKind = {
  kind: 'full-disk',
  says: 'The disk of NATS (a small tmpfs) is full; then there is room again, and NATS is started anew, as an operator would do.',
  targets: theOne,
  lasts: [1_000, 6_000],
  missing: ({ disk }) => (disk === undefined ? 'mounting a tmpfs for NATS needs root' : undefined),
  startsMayFail: true,
  async begin({ disk, nats, natsLog, courier }, _planned, hit) {
    const empty = await disk?.fill();
    const before = courier.refusals;
    // NATS does not always say it (2.10, after it was killed): then what it can't store is not taken.
    const isFull = async () => courier.refusals > before || /no space left on device/i.test(await natsLog());
    const stop = watching(isFull, hit);
    return async () => {
      await stop();
      await empty?.();
      // A server that met a full disk switches JetStream off until it is started again.
      const up = await nats.hold('stop');
      await up();
    };
  },
};
