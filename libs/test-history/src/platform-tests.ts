import type { PlatformTest } from '@prunella/core';
import { JUNIT_LIMITS, type JunitReport, totalsOf } from './junit/read-junit.ts';
import { withoutRepeats } from './junit/repeats.ts';
import { boundedMessage, LONGEST_MS } from './junit/test-case.ts';
import { boundedName } from './test-id.ts';
import type { TestResult } from './test-result.ts';

/** A report that a platform has read itself, as `readJunit` would give it: each test once, bounded, without secrets; of too many the first ones. Pure. */
export function reportOfPlatform(tests: readonly PlatformTest[], most = JUNIT_LIMITS.maxResults): JunitReport {
  const named = tests.filter(({ name, classname }) => `${name}${classname}`.trim() !== '').slice(0, most);
  const results = withoutRepeats(named.map((test) => ({ mayRepeat: false, result: () => resultOf(test) })));
  return { results, totals: totalsOf(results) };
}

function resultOf({ suite, classname, name, file, status, durationMs, message }: PlatformTest): TestResult {
  return {
    suite: boundedName(suite),
    classname: boundedName(classname.trim()),
    name: boundedName(name.trim() || classname.trim()),
    file: boundedName(file),
    status,
    durationMs: durationMs > 0 ? Math.min(Math.round(durationMs), LONGEST_MS) : 0,
    message: status === 'passed' ? '' : boundedMessage(message.trim()),
  };
}
