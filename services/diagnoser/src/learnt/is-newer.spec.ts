import { parseData } from '@prunella/contracts';
import { isNewer } from './is-newer.ts';

function update(healed: number, updatedAt?: string) {
  return parseData('confidence.updated', {
    decidedBy: 'rule:a',
    action: 'retry',
    healed,
    ...(updatedAt && { updatedAt }),
  });
}

describe('isNewer', () => {
  it.each`
    time                      | healed | newer
    ${'2026-01-01T00:00:01Z'} | ${5}   | ${true}
    ${'2026-01-01T00:00:01Z'} | ${3}   | ${true}
    ${'2025-12-31T23:59:59Z'} | ${9}   | ${false}
    ${'2026-01-01T00:00:00Z'} | ${4}   | ${false}
    ${'2026-01-01T00:00:00Z'} | ${5}   | ${true}
    ${undefined}              | ${5}   | ${true}
    ${undefined}              | ${4}   | ${false}
  `('$healed heals at $time after 4 at midnight: $newer', ({ time, healed, newer }) => {
    expect(isNewer(update(healed, time), update(4, '2026-01-01T00:00:00Z'))).toBe(newer);
  });

  it.each`
    revision     | standing     | newer
    ${2}         | ${1}         | ${true}
    ${1}         | ${2}         | ${false}
    ${undefined} | ${undefined} | ${false}
  `('revision $revision after $standing at the same time: $newer', ({ revision, standing, newer }) => {
    const at = '2026-01-01T00:00:00Z';
    expect(isNewer({ ...update(4, at), revision }, { ...update(4, at), revision: standing })).toBe(newer);
  });
});
