import fc from 'fast-check';
import { afterFailure, afterTrial, askStorm, noStorm, type Storm, StormSettings } from './storm.ts';

const MINUTE = 60_000;
const settings = StormSettings.parse({ pipelines: 3, within: '10m', atATime: 4 });

/** Pipelines that failed, at minutes. */
function failures(...list: [string, number][]): Storm {
  return list.reduce((storm, [pipeline, minute]) => afterFailure(storm, pipeline, settings, minute * MINUTE), noStorm);
}

const isStorm = ({ openedAt }: Storm): boolean => openedAt !== undefined;
const STORM = failures(['a', 1], ['b', 2], ['c', 3]);

const rerun = (key: string, waited = false) => ({ key, waited });

describe('a storm', () => {
  it.each<[string, [string, number][], boolean]>([
    [
      'two pipelines',
      [
        ['a', 1],
        ['b', 1],
      ],
      false,
    ],
    [
      'one pipeline often',
      [
        ['a', 1],
        ['a', 2],
        ['a', 3],
        ['a', 4],
      ],
      false,
    ],
    [
      'three within the time',
      [
        ['a', 1],
        ['b', 5],
        ['c', 10],
      ],
      true,
    ],
    [
      'three over a longer time',
      [
        ['a', 1],
        ['b', 5],
        ['c', 12],
      ],
      false,
    ],
  ])('of %s: %j is one: %s', (_, list, expected) => {
    expect(isStorm(failures(...list))).toBe(expected);
  });

  it('is over when nothing was heard of it for as long', () => {
    const word = (minute: number) =>
      askStorm({ ...STORM, trying: [{ key: 'x', at: 3 * MINUTE }] }, rerun('k'), settings, minute * MINUTE, () => 0)
        .word;
    expect(word(12.9).parked).toBe(true);
    expect(word(13).parked).toBe(false);
    expect(isStorm(afterFailure(STORM, 'd', settings, 14 * MINUTE))).toBe(false);
  });

  it('goes on for those that wait when nobody was there to hear of it', () => {
    const trying = [{ key: 'x', at: 3 * MINUTE }];
    const later = 25 * MINUTE;
    expect(askStorm({ ...STORM, trying }, rerun('new'), settings, later, () => 0).word.parked).toBe(false);
    expect(askStorm({ ...STORM, trying }, rerun('old', true), settings, later, () => 0).word.parked).toBe(true);
  });

  it('tries one, then two, then four, as long as they heal', () => {
    let storm = STORM;
    let next = 0;
    const letThrough = (): string[] => {
      const keys: string[] = [];
      for (let tries = 0; tries < 10; tries += 1) {
        const asked = askStorm(storm, rerun(`k${next}`), settings, 4 * MINUTE, Math.random);
        storm = asked.storm;
        if (asked.word.parked) break;
        keys.push(`k${next}`);
        next += 1;
      }
      return keys;
    };
    const sizes: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const keys = letThrough();
      sizes.push(keys.length);
      for (const key of keys) storm = afterTrial(storm, key, 'healed', settings, 4 * MINUTE);
    }
    expect(sizes).toEqual([1, 2, 4, 4]);
  });

  it('rests longer each time that one does not help', () => {
    let storm = STORM;
    let now = 4 * MINUTE;
    const rests: number[] = [];
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
      storm = askStorm(storm, rerun(key), settings, now, () => 0).storm;
      storm = afterTrial(storm, key, 'ineffective', settings, now);
      const { word } = askStorm(storm, rerun('next'), settings, now, () => 0);
      rests.push(word.parked ? (word.afterMs - 20_000) / MINUTE : 0);
      now = storm.nextTryAt;
    }
    expect(rests).toEqual([1, 2, 4, 8, 15, 15]);
  });

  it('says why a rerun waits', () => {
    const { storm } = askStorm(STORM, rerun('a'), settings, 5 * MINUTE, () => 0);
    expect(askStorm(storm, rerun('b'), settings, 5 * MINUTE, () => 0.5).word).toEqual({
      parked: true,
      afterMs: 40_000,
      says: 'many pipelines have failed alike for 2m, so reruns wait: 1 of at most 1 at a time are being tried',
    });
  });

  it('forgets a trial that nobody heard of', () => {
    const { storm } = askStorm({ ...STORM, heardAt: 33 * MINUTE }, rerun('a'), settings, 4 * MINUTE, () => 0);
    expect(askStorm({ ...storm, heardAt: 34 * MINUTE }, rerun('b'), settings, 35 * MINUTE, () => 0).word).toEqual({
      parked: false,
    });
  });

  it('never lets more through at a time than it may, whatever happens in which order', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), key: fc.nat(40).map(String) }),
      fc.record({
        kind: fc.constant('end' as const),
        key: fc.nat(40).map(String),
        outcome: fc.constantFrom('healed', 'ineffective', 'harmful', 'inconclusive', undefined),
      }),
      fc.record({ kind: fc.constant('fail' as const), key: fc.nat(40).map(String) }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(30_000)), { maxLength: 150 }), (list) => {
        let storm = STORM;
        let now = 4 * MINUTE;
        for (const [one, after] of list) {
          now += after;
          if (one.kind === 'ask') storm = askStorm(storm, rerun(one.key), settings, now, () => 0.5).storm;
          if (one.kind === 'end') storm = afterTrial(storm, one.key, one.outcome, settings, now);
          if (one.kind === 'fail') storm = afterFailure(storm, one.key, settings, now);
          expect(storm.trying.length).toBeLessThanOrEqual(settings.atATime);
          expect(new Set(storm.trying.map(({ key }) => key)).size).toBe(storm.trying.length);
          expect(storm.seen.length).toBeLessThan(settings.pipelines);
        }
      }),
    );
  });
});
