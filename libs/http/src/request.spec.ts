import { problemOf, retryAfter } from './request.ts';

const now = Date.UTC(2026, 0, 1);

it.each`
  header                             | ms
  ${'30'}                            | ${30_000}
  ${'0'}                             | ${0}
  ${'999999'}                        | ${3_600_000}
  ${'Thu, 01 Jan 2026 00:01:00 GMT'} | ${60_000}
  ${'Wed, 31 Dec 2025 00:00:00 GMT'} | ${0}
  ${'soon'}                          | ${undefined}
  ${''}                              | ${undefined}
  ${null}                            | ${undefined}
`('Retry-After "$header" is $ms ms', ({ header, ms }) => {
  expect(retryAfter(header, now)).toBe(ms);
});

it.each`
  status | problem
  ${401} | ${'unauthenticated'}
  ${403} | ${'forbidden'}
  ${404} | ${'not-found'}
  ${409} | ${'refused'}
  ${422} | ${'refused'}
  ${429} | ${'rate-limited'}
  ${408} | ${'unavailable'}
  ${500} | ${'unavailable'}
  ${503} | ${'unavailable'}
`('HTTP $status is $problem', ({ status, problem }) => {
  expect(problemOf(status)).toBe(problem);
});
