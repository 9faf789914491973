/** Longer lines are not what a runner prints of a test. */
const LONGEST_LINE = 2_000;
const LONGEST_NAME = 1_024;

/** What runners print of a test that failed, and how its name follows from it. */
const RUNNERS: readonly { line: RegExp; name(groups: Record<string, string>): string }[] = [
  {
    // Playwright: `1) [chromium] › e2e/cart.spec.ts:3:5 › cart › shows the total ────`. The place changes with each edit: it is no part of the name.
    line: /^\s*(?:\d+\) |[✘✓×-]\s+\d+ )?(?<project>\[[^\]]+\] › )?(?<file>[^›]+?):\d+:\d+ › (?<title>[^─]+?)(?: \((?:retry #\d+|[\d.]+m?s)\))*\s*─*$/,
    name: ({ project = '', file, title }) => `${project}${file} › ${title}`,
  },
  {
    // Jest: `● cart › shows the total`. A test outside of any suite can't be told from Jest's other headings.
    line: /^\s*● (?<title>[^›]+ › .*\S)\s*$/,
    name: ({ title = '' }) => title,
  },
  {
    // pytest: `FAILED src/test_cart.py::test_total[3 items] - AssertionError`, `src/test_cart.py::test_total FAILED [ 50%]`
    line: /^(?:(?:FAILED|RERUN|ERROR) )?(?<id>[^\s:]+\.py(?:::[^\s:[]+)+(?:\[[^\]]*\])?)(?: - .*| (?:FAILED|RERUN|ERROR)\b.*|\s*)$/,
    name: ({ id = '' }) => id,
  },
  { line: /^\s*--- FAIL: (?<id>\S+)(?: \([\d.]+s\))?\s*$/, name: ({ id = '' }) => id },
  {
    // Gradle: `com.acme.CartTest > total() FAILED`; `> Task :test FAILED` is no test.
    line: /^\s*(?<id>[\w.$]+ > .*\S) FAILED\s*$/,
    name: ({ id = '' }) => id,
  },
  { line: /\bflaky test(?: detected| found| failed)?: (?<id>\S.*\S)\s*$/i, name: ({ id = '' }) => id },
];

/** The name of the test that lines of a log, the most telling one first, say of that it failed; undefined: none does. */
export function testInEvidence(lines: readonly string[]): string | undefined {
  for (const text of lines) {
    if (text.length > LONGEST_LINE) continue;
    for (const { line, name } of RUNNERS) {
      const groups = line.exec(text)?.groups;
      if (groups === undefined) continue;
      const found = name(groups).trim();
      if (found !== '' && found.length <= LONGEST_NAME) return found;
    }
  }
  return undefined;
}
