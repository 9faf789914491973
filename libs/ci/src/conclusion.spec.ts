import { conclusionOf, tellingJobs } from './conclusion.ts';

it.each`
  word                 | conclusion
  ${'success'}         | ${'success'}
  ${'startup_failure'} | ${'startup_failure'}
  ${'exploded'}        | ${'neutral'}
  ${null}              | ${'neutral'}
  ${undefined}         | ${'neutral'}
`('$word is $conclusion', ({ word, conclusion }) => {
  expect(conclusionOf(word)).toBe(conclusion);
});

it.each`
  jobs                                   | telling
  ${['success', 'failure', 'skipped']}   | ${['failure']}
  ${['cancelled', 'failure']}            | ${['failure']}
  ${['cancelled', 'timed_out']}          | ${['timed_out']}
  ${['startup_failure']}                 | ${['startup_failure']}
  ${['cancelled', 'success', 'skipped']} | ${['cancelled']}
  ${['success', 'neutral', null]}        | ${[]}
  ${[]}                                  | ${[]}
`('of $jobs, $telling tell why', ({ jobs, telling }) => {
  const asJobs = (jobs as (string | null)[]).map((conclusion) => ({ conclusion }));
  expect(tellingJobs(asJobs).map(({ conclusion }) => conclusion)).toEqual(telling);
});
