import {
  formatAge,
  formatClock,
  formatDuration,
  formatExact,
  formatMinutes,
  formatMoney,
  formatPercent,
  formatUntil,
  safeUrl,
  toUtc,
} from './format.ts';

describe('formatDuration', () => {
  it.each([
    [-5, '0 s'],
    [499, '0 s'],
    [12_000, '12 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_399_000, '1 d'],
    [97_200_000, '1 d 3 h'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatAge', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  it.each([
    ['2026-11-23T12:00:30Z', 'just now'],
    ['2026-11-23T11:59:56Z', 'just now'],
    ['2026-11-23T11:59:20Z', '40 s ago'],
    ['2026-11-23T11:57:01Z', '2 min ago'],
    ['2026-11-23T10:00:00Z', '2 h ago'],
    ['2026-11-18T12:00:00Z', '5 d ago'],
    ['nonsense', ''],
  ])('%s is %s', (at, text) => {
    expect(formatAge(at, now)).toBe(text);
  });
});

describe('formatUntil', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  it.each([
    ['2026-11-23T12:00:30Z', 'in 30 s'],
    ['2026-11-23T12:05:00Z', 'in 5 min'],
    ['2026-11-24T12:00:00Z', 'in 24 h'],
    ['2026-12-23T12:00:00Z', 'in 30 d'],
    ['2026-11-23T10:00:00Z', '2 h ago'],
    ['nonsense', ''],
  ])('%s is %s', (at, text) => {
    expect(formatUntil(at, now)).toBe(text);
  });
});

it.each([
  [0.44, '0.4 min'],
  [12.4, '12 min'],
  [200, '3 h 20 min'],
])('%d minutes are %s', (minutes, text) => {
  expect(formatMinutes(minutes)).toBe(text);
});

it.each([
  [0, '0.00 EUR'],
  [0.004, '< 0.01 EUR'],
  [1.2, '1.20 EUR'],
])('%d is %s', (amount, text) => {
  expect(formatMoney({ amount, currency: 'EUR' })).toBe(text);
});

describe('formatPercent', () => {
  it.each([
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
    [0, '0%'],
    [0.126, '13%'],
    [1.4, '100%'],
  ])('%s is %s', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });
});

describe('formatExact', () => {
  it('names the zone and counts hours to 23', () => {
    expect(formatExact('2026-11-23T00:05:09Z', 'en-GB', 'UTC')).toBe('23 Nov 2026, 00:05:09 UTC');
  });

  it('is empty for no date', () => {
    expect(formatExact('')).toBe('');
  });
});

describe('formatClock', () => {
  const at = '2026-11-23T23:05:09Z';
  it.each([
    ['UTC', '2026-11-23T23:59:00Z', '23:05:09 UTC'],
    ['UTC', '2026-11-24T00:01:00Z', '23 Nov, 23:05:09 UTC'],
    // There it is the same day again.
    ['Asia/Kolkata', '2026-11-24T00:01:00Z', '04:35:09 GMT+5:30'],
    ['America/New_York', '2026-11-24T07:00:00Z', '23 Nov, 18:05:09 GMT-5'],
  ])('in %s at %s is %s', (zone, now, text) => {
    expect(formatClock(at, Date.parse(now), 'en-GB', zone)).toBe(text);
  });
});

it.each([
  ['2026-11-23T12:00:00+01:00', '2026-11-23T11:00:00.000Z'],
  ['2026-11-23T11:00:00Z', '2026-11-23T11:00:00.000Z'],
  ['nonsense', 'nonsense'],
])('%s is %s for machines', (at, utc) => {
  expect(toUtc(at)).toBe(utc);
});

describe('safeUrl', () => {
  it.each([
    ['https://ci.example.com/runs/1', 'https://ci.example.com/runs/1'],
    ['http://127.0.0.1:7104/runs/1', 'http://127.0.0.1:7104/runs/1'],
    ['javascript:alert(1)', undefined],
    ['JaVaScRiPt:alert(1)', undefined],
    ['data:text/html,<script>', undefined],
    ['//evil.example.com', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s gives %s', (url, safe) => {
    expect(safeUrl(url)).toBe(safe);
  });
});
