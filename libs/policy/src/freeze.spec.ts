import { type Freeze, isFrozen } from './freeze.ts';
import { parsePolicy } from './parse-policy.ts';

function freezeOf(yaml: string): Freeze {
  return parsePolicy(`version: 1\nfreezes: [{ name: quiet, ${yaml} }]`).freezes[0] as Freeze;
}

describe('a freeze between two dates', () => {
  const freeze = freezeOf('from: "2026-12-20T00:00:00+01:00", to: "2027-01-02T00:00:00+01:00"');

  it.each([
    ['2026-12-19T22:59:59.999Z', false],
    ['2026-12-19T23:00:00Z', true],
    ['2027-01-01T22:59:59Z', true],
    ['2027-01-01T23:00:00Z', false],
  ])('at %s: %s', (at, frozen) => {
    expect(isFrozen(freeze, Date.parse(at))).toBe(frozen);
  });
});

describe('a freeze of every week', () => {
  // 2026-11-23 is a Monday.
  it.each([
    ['from: "fri 16:00", to: "mon 08:00"', '2026-11-27T15:59:59Z', false],
    ['from: "fri 16:00", to: "mon 08:00"', '2026-11-27T16:00:00Z', true],
    ['from: "fri 16:00", to: "mon 08:00"', '2026-11-29T23:30:00Z', true],
    ['from: "fri 16:00", to: "mon 08:00"', '2026-11-30T07:59:59Z', true],
    ['from: "fri 16:00", to: "mon 08:00"', '2026-11-30T08:00:00Z', false],
    ['from: "tue 09:00", to: "tue 10:00"', '2026-11-24T09:30:00Z', true],
    ['from: "tue 09:00", to: "tue 10:00"', '2026-11-25T09:30:00Z', false],
    ['from: "tue 09:00", to: "tue 10:00", zone: Europe/Berlin', '2026-11-24T08:30:00Z', true],
    ['from: "tue 09:00", to: "tue 10:00", zone: Europe/Berlin', '2026-11-24T09:30:00Z', false],
    // Summer time ends on the last Sunday of October: midnight in Berlin is 22:00 UTC before, 23:00 UTC after.
    ['from: "sun 00:00", to: "mon 00:00", zone: Europe/Berlin', '2026-10-24T22:00:00Z', true],
    ['from: "sun 00:00", to: "mon 00:00", zone: Europe/Berlin', '2026-10-25T22:30:00Z', true],
    ['from: "sun 00:00", to: "mon 00:00", zone: Europe/Berlin', '2026-10-25T23:00:00Z', false],
  ])('%s, at %s: %s', (weekly, at, frozen) => {
    expect(isFrozen(freezeOf(`weekly: { ${weekly} }`), Date.parse(at))).toBe(frozen);
  });
});

it.each([
  ['from: "2026-12-20"', 'expected a freeze with name'],
  ['weekly: { from: "friday 16:00", to: "mon 08:00" }', 'freezes[0].weekly.from: expected a day and a time'],
  ['weekly: { from: "fri 16:00", to: "mon 08:00", zone: Mars/Olympus }', 'weekly.zone: expected a time zone'],
])('refuses %s', (yaml, says) => {
  expect(() => freezeOf(yaml)).toThrow(says);
});
