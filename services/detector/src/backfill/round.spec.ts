import { ProviderError } from '@prunella/core';
import type { BackfillSettings } from '@prunella/policy';
import { goOn, type Round, type RoundDeps, type Step } from './round.ts';

const NOW = 1_000_000;
const EVERY = 100_000;
const settings: BackfillSettings = {
  enabled: true,
  every: EVERY,
  lookBack: 60_000,
  grace: 0,
  timeout: 1_000,
  repositories: [],
};
const all: Step[] = [{ awaited: true }, { place: 'a' }, { place: 'b' }];
const idle: Round = { platform: 'github', begunAt: 0, left: [], unanswered: 0, dueAt: NOW, failures: 0 };

interface Asked {
  step: Step;
  result: string;
}

function deps(ask: (step: Step) => Promise<void> | void = () => undefined, changes: Partial<BackfillSettings> = {}) {
  const asked: Asked[] = [];
  const ends: number[] = [];
  const d: RoundDeps = {
    settings: () => ({ ...settings, ...changes }),
    steps: async () => all,
    ask: async (_, step) => ask(step),
    clock: { now: () => NOW },
    random: () => 0.5,
    log: {
      asked: (_, step, result) => asked.push({ step, result }),
      ended: (_, tookMs) => ends.push(tookMs),
    },
  };
  return { d, asked, ends };
}

const says = (problem: ProviderError['problem'], retryAfterMs?: number) => () => {
  throw new ProviderError('github', problem, 'x', retryAfterMs === undefined ? {} : { retryAfterMs });
};

it('asks one question after the other, each written down before the next', async () => {
  const { d, asked, ends } = deps();
  let round = idle;
  const leftAfter: Step[][] = [];
  for (let turn = 0; turn < 3; turn++) {
    const outcome = await goOn(round, d);
    if (outcome === 'done') throw new Error('a round has no end');
    round = { ...round, ...outcome, dueAt: outcome.againAt };
    leftAfter.push(round.left);
  }
  expect(leftAfter).toEqual([all.slice(1), all.slice(2), []]);
  expect(asked.map(({ step }) => step)).toEqual(all);
  expect(ends).toEqual([0]);
  expect(round).toMatchObject({ dueAt: NOW + EVERY, begunAt: NOW });
});

it.each`
  what                            | failures | unanswered | problem              | retryAfter   | left          | againAt             | result
  ${'a rate limit with its wish'} | ${0}     | ${0}       | ${'rate-limited'}    | ${7_000}     | ${['a', 'b']} | ${NOW + 7_000}      | ${'rate-limited'}
  ${'one without a wish'}         | ${0}     | ${0}       | ${'rate-limited'}    | ${undefined} | ${['a', 'b']} | ${NOW + EVERY}      | ${'rate-limited'}
  ${'one that wishes for a day'}  | ${0}     | ${0}       | ${'rate-limited'}    | ${8.64e7}    | ${['a', 'b']} | ${NOW + 3_600_000}  | ${'rate-limited'}
  ${'a repository that is gone'}  | ${0}     | ${0}       | ${'not-found'}       | ${undefined} | ${['b']}      | ${NOW}              | ${'not-found'}
  ${'one that may not be read'}   | ${0}     | ${0}       | ${'forbidden'}       | ${undefined} | ${['b']}      | ${NOW}              | ${'forbidden'}
  ${'a platform that is away'}    | ${0}     | ${0}       | ${'unavailable'}     | ${undefined} | ${['b']}      | ${NOW}              | ${'unavailable'}
  ${'one that stays away'}        | ${0}     | ${2}       | ${'unavailable'}     | ${undefined} | ${[]}         | ${NOW - 10 + EVERY} | ${'unavailable'}
  ${'a token that is no good'}    | ${0}     | ${0}       | ${'unauthenticated'} | ${undefined} | ${[]}         | ${NOW - 10 + EVERY} | ${'unauthenticated'}
`('$what', async ({ failures, unanswered, problem, retryAfter, left, againAt, result }) => {
  const { d, asked, ends } = deps(says(problem, retryAfter));
  const round = { ...idle, begunAt: NOW - 10, left: all.slice(1), failures, unanswered };
  expect(await goOn(round, d)).toMatchObject({ againAt, left: left.map((place: string) => ({ place })) });
  expect(asked).toEqual([{ step: { place: 'a' }, result }]);
  expect(ends).toEqual([]);
});

it('an error of our own is tried again, and passed over when it stays', async () => {
  const { d, asked } = deps(() => {
    throw new Error('a bug');
  });
  const round = { ...idle, begunAt: NOW, left: all.slice(1) };
  await expect(goOn(round, d)).rejects.toThrow('a bug');
  await expect(goOn({ ...round, failures: 1 }, d)).rejects.toThrow('a bug');
  expect(asked).toEqual([]);
  expect(await goOn({ ...round, failures: 2 }, d)).toMatchObject({ left: [{ place: 'b' }], againAt: NOW });
  expect(asked).toEqual([{ step: { place: 'a' }, result: 'failed' }]);
});

it('asks nothing where it is switched off', async () => {
  const { d, asked } = deps(undefined, { enabled: false });
  expect(await goOn({ ...idle, left: all }, d)).toMatchObject({ againAt: NOW + EVERY, left: [] });
  expect(asked).toEqual([]);
});
