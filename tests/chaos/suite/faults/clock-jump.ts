import { anyProcess, type FaultKind, named, watching } from './fault.ts';

export const clockJump: FaultKind = {
  kind: 'clock-jump',
  says: 'The wall clock of a service jumps forwards or back, and back again after a while.',
  targets: anyProcess,
  lasts: [2_000, 15_000],
  // What is due by a clock that was ahead is due so much later by the right one: more would only make the run longer.
  draw: (random) => ({ byMs: Math.round((random() - 0.5) * 60_000) }),
  async begin({ clocks }, { target, detail }, hit) {
    const clock = named(clocks, target);
    const byMs = Number(detail['byMs']);
    await clock.shift(byMs);
    const stop = watching(async () => byMs !== 0 && (await clock.seen()) === byMs, hit);
    return async () => {
      await stop();
      await clock.shift(0);
    };
  },
};
