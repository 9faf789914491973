import { BROWSER_ZONE, readZone, timeZoneOf, zoneOptions } from './zone.ts';

it.each([
  [null, 'browser', undefined],
  ['', 'browser', undefined],
  ['browser', 'browser', undefined],
  ['UTC', 'UTC', 'UTC'],
  ['Asia/Kolkata', 'Asia/Kolkata', 'Asia/Kolkata'],
  ['Mars/Olympus_Mons', 'browser', undefined],
  ['<script>', 'browser', undefined],
])('%j is kept: %s', (kept, choice, timeZone) => {
  expect(readZone(kept)).toBe(choice);
  expect(timeZoneOf(readZone(kept))).toBe(timeZone);
});

it("offers the browser's own zone and UTC before all others, each once", () => {
  const options = zoneOptions('Europe/Berlin');
  expect(options.slice(0, 2)).toEqual([
    { value: BROWSER_ZONE, label: "This browser's (Europe/Berlin)" },
    { value: 'UTC', label: 'UTC' },
  ]);
  expect(options).toContainEqual({ value: 'America/New_York', label: 'America/New York' });
  expect(new Set(options.map(({ value }) => value)).size).toBe(options.length);
});
