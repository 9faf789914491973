import { digestDue } from './digest-times.ts';
import type { DigestSettings } from './reports.ts';

const at = (text: string) => Date.parse(text);
const weekly: DigestSettings = { every: 'week', at: '09:00', zone: 'Europe/Berlin' };

it.each`
  settings                           | now                       | from                      | to                        | why
  ${{}}                              | ${'2026-11-23T08:00:00Z'} | ${'2026-11-16T08:00:00Z'} | ${'2026-11-23T08:00:00Z'} | ${'it is just due'}
  ${{}}                              | ${'2026-11-23T07:59:59Z'} | ${'2026-11-09T08:00:00Z'} | ${'2026-11-16T08:00:00Z'} | ${'it is not yet'}
  ${{}}                              | ${'2026-11-28T23:30:00Z'} | ${'2026-11-16T08:00:00Z'} | ${'2026-11-23T08:00:00Z'} | ${'days later'}
  ${{}}                              | ${'2026-10-26T08:00:00Z'} | ${'2026-10-19T07:00:00Z'} | ${'2026-10-26T08:00:00Z'} | ${'summer time ended: a week of 169 hours'}
  ${{ day: 'sun', at: '02:30' }}     | ${'2026-03-29T12:00:00Z'} | ${'2026-03-22T01:30:00Z'} | ${'2026-03-29T01:30:00Z'} | ${'02:30 is left out by the clocks'}
  ${{ every: 'day', zone: 'UTC' }}   | ${'2026-11-28T08:59:00Z'} | ${'2026-11-26T09:00:00Z'} | ${'2026-11-27T09:00:00Z'} | ${'each day'}
  ${{ zone: 'Pacific/Auckland' }}    | ${'2026-11-22T20:00:00Z'} | ${'2026-11-15T20:00:00Z'} | ${'2026-11-22T20:00:00Z'} | ${'it is Monday there already'}
  ${{ zone: 'America/Los_Angeles' }} | ${'2026-11-23T16:00:00Z'} | ${'2026-11-16T17:00:00Z'} | ${'2026-11-16T17:00:00Z'} | ${'not in the west'}
`('$why: $now', ({ settings, now, from, to }) => {
  const due = digestDue({ ...weekly, ...settings }, at(now));
  if (from === to) expect(due.to).toBe(at(to));
  else expect(due).toEqual({ from: at(from), to: at(to) });
});

it('is due at some time, and never later than now, whatever the hour of a year', () => {
  for (let now = at('2026-01-01T00:00:00Z'); now < at('2027-01-01T00:00:00Z'); now += 7 * 3_600_000) {
    const { from, to } = digestDue({ ...weekly, day: 'thu', at: '23:59' }, now);
    expect([to <= now, now - to < 7 * 86_400_000 + 3_600_000, to > from]).toEqual([true, true, true]);
  }
});
