import { checksOf, type Ending } from './ending.ts';

const decided = (tookMs: (n: number) => number) =>
  Array.from({ length: 1_000 }, (_, n) => ({ sentAt: n * 100, tookMs: tookMs(n) }));

const SOUND: Ending = {
  ...{ begun: { stories: 100, failedRuns: 60, reports: 7, garbage: 1 }, undecided: [], deadLetters: 1, deaths: [] },
  ...{ states: { closed: 50, recommended: 17 }, trouble: [], decided: decided((n) => 30 + (n % 7)) },
};

it('finds nothing where all is well', () => {
  expect(checksOf(SOUND).filter(({ holds }) => !holds)).toEqual([]);
});

it.each`
  what                            | change                                      | found
  ${'a run that nobody decided'}  | ${{ undecided: ['1001'] }}                  | ${'1 instead of 0: 1001'}
  ${'a failure that is lost'}     | ${{ states: { closed: 66 } }}               | ${'66 instead of 67'}
  ${'one incident that goes on'}  | ${{ states: { closed: 66, verifying: 1 } }} | ${'1 instead of 0: 1 verifying'}
  ${'a dead letter too many'}     | ${{ deadLetters: 2 }}                       | ${'2 instead of 1'}
  ${'a process that is gone'}     | ${{ deaths: ['auditor: oh'] }}              | ${'1 instead of 0: auditor: oh'}
  ${'an answer that is wrong'}    | ${{ trouble: ['HTTP 500'] }}                | ${'1 instead of 0: HTTP 500'}
  ${'decisions that take longer'} | ${{ decided: decided((n) => 30 + n / 10) }} | ${'45 ms (p95 49 ms), then 125 ms (p95 129 ms)'}
`('tells of $what', ({ change, found }) => {
  const broken = checksOf({ ...SOUND, ...change }).filter(({ holds }) => !holds);
  expect(broken.map((check) => check.found)).toEqual([found]);
});

it('does not judge the pace of a few decisions', () => {
  const few = checksOf({ ...SOUND, decided: SOUND.decided.slice(0, 50) }).at(-1);
  expect(few).toMatchObject({ holds: true, found: 'not judged: 50 decisions' });
});
