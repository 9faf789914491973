import type { PlatformTest } from '@prunella/core';
import { reportOfPlatform } from './platform-tests.ts';

const test = (name: string, changes: Partial<PlatformTest> = {}): PlatformTest => ({
  ...{ suite: 's', classname: 'Cart', name, file: '', status: 'passed', durationMs: 1.4, message: '' },
  ...changes,
});

it('is as a report that was read here', () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  const { results, totals } = reportOfPlatform([
    test('adds'),
    test('total', { status: 'failed', message: ` expected 11 ${secret} ` }),
    test('total', { status: 'passed' }),
    test('', { classname: 'Only', status: 'skipped', durationMs: -1, message: 'later' }),
    test('', { classname: '' }),
    test('x'.repeat(5_000), { status: 'error', durationMs: 1e12, message: 'y'.repeat(90_000) }),
  ]);
  expect(totals).toMatchObject({ tests: 4, passed: 1, failed: 1, errors: 1, skipped: 1, flaky: 0 });
  expect(results.slice(0, 3)).toEqual([
    test('adds', { durationMs: 1 }),
    test('total', { status: 'failed', durationMs: 2, message: expect.stringMatching(/^expected 11 \S+/) }),
    test('Only', { classname: 'Only', status: 'skipped', durationMs: 0, message: 'later' }),
  ]);
  expect(JSON.stringify(results)).not.toContain(secret);
  expect(results[3]?.name.length).toBeLessThanOrEqual(1_024);
  expect(results[3]?.message.length).toBeLessThanOrEqual(2_000);
});

it('takes no more than it may', () => {
  const many = Array.from({ length: 30 }, (_, n) => test(`${n}`));
  expect(reportOfPlatform(many, 10).totals.tests).toBe(10);
});
