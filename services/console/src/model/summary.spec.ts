import { addCounts, countSince, formatCount } from './summary.ts';
import { buildIncident } from './testing.ts';

const SINCE = Date.parse('2026-11-23T10:00:00Z');
const RECENT = buildIncident({ openedAt: '2026-11-23T11:00:00Z' });
const OLD = buildIncident({ openedAt: '2026-11-23T09:00:00Z' });

describe('countSince', () => {
  it.each([
    ['all of it was read', [RECENT, OLD], true, '1'],
    ['the rest is older', [RECENT, OLD], false, '1'],
    ['there may be more', [RECENT, RECENT], false, '2+'],
    ['there is nothing', [], true, '0'],
  ])('%s', (_, items, complete, text) => {
    expect(formatCount(countSince(items, SINCE, complete))).toBe(text);
  });
});

it('adds counts, and one that has more makes the sum have more', () => {
  const sum = addCounts([
    { value: 2, more: false },
    { value: 100, more: true },
  ]);
  expect(formatCount(sum)).toBe('102+');
});
