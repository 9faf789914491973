import fc from 'fast-check';
import { attemptOf, jobsIn, lastTries } from './jobs.ts';

const job = (name: string, id: number) => ({ name, id });

it.each`
  tries                               | attempt
  ${[]}                               | ${1}
  ${['build', 'unit']}                | ${1}
  ${['build', 'unit', 'unit']}        | ${2}
  ${['a', 'b', 'a', 'b', 'b', 'c']}   | ${3}
  ${['constructor', '__proto__', '']} | ${1}
`('$tries is attempt $attempt', ({ tries, attempt }) => {
  expect(attemptOf((tries as string[]).map(job))).toBe(attempt);
});

const history = fc.array(fc.constantFrom('build', 'unit', 'e2e')).map((names) => names.map(job));

it('has each job once in each attempt, and never an older try after a newer one', () => {
  fc.assert(
    fc.property(history, (jobs) => {
      const names = [...new Set(jobs.map(({ name }) => name))];
      let before = new Map<string, number>();
      for (let attempt = 1; attempt <= attemptOf(jobs); attempt++) {
        const now = jobsIn(jobs, attempt);
        expect(now.map(({ name }) => name)).toEqual(names);
        for (const { name, id } of now) expect(id).toBeGreaterThanOrEqual(before.get(name) ?? 0);
        before = new Map(now.map(({ name, id }) => [name, id]));
      }
      expect(jobsIn(jobs, attemptOf(jobs) + 1)).toEqual([]);
    }),
  );
});

it('ends with the last try of each job', () => {
  fc.assert(
    fc.property(history, (jobs) => {
      const last = new Map(jobs.map(({ name, id }) => [name, id]));
      expect(lastTries(jobs).map(({ name, id }) => [name, id])).toEqual([...last]);
    }),
  );
});

it('goes up by one when all that failed is tried again', () => {
  fc.assert(
    fc.property(history, fc.subarray(['build', 'unit', 'e2e'], { minLength: 1 }), (jobs, failed) => {
      const most = attemptOf(jobs);
      const tries = (name: string) => jobs.filter((one) => one.name === name).length;
      fc.pre(failed.some((name) => tries(name) === most));
      const after = [...jobs, ...failed.map((name, index) => job(name, jobs.length + index))];
      expect(attemptOf(after)).toBe(most + 1);
    }),
  );
});
