import { testNameIn } from '@prunella/test-history';

/** The name of the test that lines of a log, the most telling one first, say of that it failed; undefined: none does. */
export function testInEvidence(lines: readonly string[]): string | undefined {
  for (const text of lines) {
    const found = testNameIn(text);
    if (found !== undefined) return found;
  }
  return undefined;
}
