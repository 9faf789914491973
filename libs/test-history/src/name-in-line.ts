import type { TestName } from './test-result.ts';

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

/** The name of the test of which a line of a log says that it failed or was repeated; undefined: it names none. */
export function testNameIn(text: string): string | undefined {
  if (text.length > LONGEST_LINE) return undefined;
  for (const { line, name } of RUNNERS) {
    const groups = line.exec(text)?.groups;
    if (groups === undefined) continue;
    const found = name(groups).trim();
    if (found !== '' && found.length <= LONGEST_NAME) return found;
  }
  return undefined;
}

/** Endings of files that stand in a name between the file and what is in it. */
const ENDINGS = new Set([
  'py',
  'ts',
  'tsx',
  'js',
  'jsx',
  'mjs',
  'cjs',
  'java',
  'kt',
  'go',
  'rb',
  'php',
  'cc',
  'cpp',
  'cs',
]);

/**
 * Whether a name that stands in a log may be this test of a report. Runners write the same test in several ways: `tests/test_cart.py::TestCart::test_total` is `test_total` of `tests.test_cart.TestCart`. The
 * words of the test's name have to be the last ones, and what stands before them has to be its class or file.
 */
export function isNamed(logged: string, { classname, name, file, suite = '' }: TestName & { suite?: string }): boolean {
  const [words, own] = [wordsOf(logged), wordsOf(name)];
  if (own.length === 0 || own.length > words.length) return false;
  const before = words.length - own.length;
  if (!own.every((word, index) => word === words[before + index])) return false;
  const group = words.slice(0, before).findLast((word) => !ENDINGS.has(word));
  return group === undefined || wordsOf(`${classname} ${file} ${suite}`).includes(group);
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== '');
}
