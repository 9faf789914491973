import fc from 'fast-check';
import { faultKinds } from '../faults/index.ts';
import { storiesOf } from '../load/stories.ts';
import { type Planned, processNames, Schedule, scheduleOf, written } from './schedule.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const durations = fc.integer({ min: 1_000, max: 60_000 });

describe('scheduleOf', () => {
  it('gives the same faults for the same seed, also when it went through a file', () => {
    fc.assert(
      fc.property(seeds, durations, (seed, durationMs) => {
        const schedule = scheduleOf(seed, { durationMs }, faultKinds);
        expect(Schedule.parse(JSON.parse(JSON.stringify(schedule)))).toEqual(
          scheduleOf(seed, { durationMs }, faultKinds),
        );
      }),
    );
  });

  it('holds all that makes the load: a file repeats its run', () => {
    const frame = { durationMs: 60_000, replicas: 2, everyMs: 350, storm: 12, gitlab: 0.4 };
    const schedule = scheduleOf(3, frame, faultKinds);
    const read = Schedule.parse(JSON.parse(JSON.stringify(schedule)));
    expect(read).toMatchObject(frame);
    expect(storiesOf(read.seed, read)).toEqual(storiesOf(3, schedule));
  });

  it('gives others for other seeds', () => {
    const texts = [1, 2, 3, 4].map((seed) => written(scheduleOf(seed, { durationMs: 60_000 }, faultKinds)));
    expect(new Set(texts).size).toBe(4);
  });

  it('begins all faults in order, within the time, as their kinds allow', () => {
    fc.assert(
      fc.property(seeds, durations, (seed, durationMs) => {
        const { faults } = scheduleOf(seed, { durationMs }, faultKinds);
        const times = faults.map(({ atMs }) => atMs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        const isAllowed = ({ kind, atMs, forMs, target }: Planned) => {
          const known = faultKinds.find((one) => one.kind === kind);
          const [least, most] = known?.lasts ?? [0, -1];
          return (
            atMs < durationMs && forMs >= least && forMs <= most && known?.targets(processNames(1)).includes(target)
          );
        };
        expect(faults.filter((fault) => !isAllowed(fault))).toEqual([]);
      }),
    );
  });

  it('has every kind before any comes again', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { faults } = scheduleOf(seed, { durationMs: 120_000 }, faultKinds);
        const first = faults.slice(0, faultKinds.length).map(({ kind }) => kind);
        expect(new Set(first).size).toBe(faultKinds.length);
      }),
    );
  });

  it('kills one process after the other while a storm is young, whichever of them', () => {
    const frame = { durationMs: 120_000, replicas: 2 };
    const killsIn = (storm: number) => {
      const { stormAtMs, faults } = scheduleOf(5, { ...frame, storm }, faultKinds);
      return faults.filter(
        ({ kind, atMs }) => kind === 'kill-service' && atMs >= stormAtMs && atMs < stormAtMs + 40_000,
      );
    };
    const kills = killsIn(24);
    expect(kills.length).toBeGreaterThan(killsIn(0).length + 8);
    expect(new Set(kills.map(({ target }) => target)).size).toBeGreaterThan(4);
  });

  it('is empty without kinds', () => {
    expect(scheduleOf(1, { durationMs: 60_000 }, []).faults).toEqual([]);
  });
});
