import { dayOf, daysIn, rangeBefore, rangeQuery, readRange } from './range.ts';

const NOW = Date.UTC(2026, 10, 28, 12);
const DAY = 86_400_000;

describe('the range of a report', () => {
  it.each`
    address                                                        | choice      | from                        | to
    ${''}                                                          | ${'7d'}     | ${NOW - 7 * DAY}            | ${NOW}
    ${'range=24h'}                                                 | ${'24h'}    | ${NOW - DAY}                | ${NOW}
    ${'range=90d'}                                                 | ${'90d'}    | ${NOW - 90 * DAY}           | ${NOW}
    ${'range=ever'}                                                | ${'7d'}     | ${NOW - 7 * DAY}            | ${NOW}
    ${'from=2026-11-01&to=2026-11-07'}                             | ${'custom'} | ${Date.UTC(2026, 10, 1)}    | ${Date.UTC(2026, 10, 8)}
    ${'from=2026-11-01&to=2026-11-01'}                             | ${'custom'} | ${Date.UTC(2026, 10, 1)}    | ${Date.UTC(2026, 10, 2)}
    ${'from=2026-11-01T06:00:00.000Z&to=2026-11-02T07:00:00.000Z'} | ${'custom'} | ${Date.UTC(2026, 10, 1, 6)} | ${Date.UTC(2026, 10, 2, 7)}
    ${'from=2026-11-08&to=2026-11-01'}                             | ${'7d'}     | ${NOW - 7 * DAY}            | ${NOW}
    ${'from=2026-11-08'}                                           | ${'7d'}     | ${NOW - 7 * DAY}            | ${NOW}
    ${'from=then&to=now'}                                          | ${'7d'}     | ${NOW - 7 * DAY}            | ${NOW}
  `('of ?$address is $choice', ({ address, choice, from, to }) => {
    expect(readRange(new URLSearchParams(address), NOW)).toMatchObject({ choice, from, to });
  });

  it('has as long a one before it, and is asked for by its times', () => {
    expect(rangeBefore({ from: NOW - DAY, to: NOW })).toEqual({ from: NOW - 2 * DAY, to: NOW - DAY });
    expect(rangeQuery({ from: NOW - DAY, to: NOW })).toEqual({
      from: '2026-11-27T12:00:00.000Z',
      to: '2026-11-28T12:00:00.000Z',
    });
  });

  it('has its days, also those on which nothing was done, and only the newest of very many', () => {
    expect(daysIn({ from: NOW - DAY, to: NOW }, 9)).toEqual(['2026-11-27', '2026-11-28']);
    expect(daysIn({ from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 3) }, 9)).toEqual(['2026-11-01', '2026-11-02']);
    expect(daysIn({ from: 0, to: NOW }, 3)).toEqual(['2026-11-26', '2026-11-27', dayOf(NOW)]);
  });
});
