import type { TestTotals } from '@prunella/contracts';
import { redact } from '@prunella/signals';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import type { TestResult } from '../test-result.ts';
import { decodeXml } from './decode.ts';
import { jointsIn, type Told } from './joints.ts';
import { JunitError } from './junit-error.ts';
import { withoutRepeats } from './repeats.ts';
import { TestCase } from './test-case.ts';

/** What a report may hold; what is larger is refused. */
export interface JunitLimits {
  /** Default: 32 MiB. */
  maxBytes: number;
  /** Elements inside each other. Default: 64. */
  maxDepth: number;
  /** Test cases. Default: 50,000. */
  maxResults: number;
}

export const JUNIT_LIMITS: JunitLimits = { maxBytes: 32 * 1024 ** 2, maxDepth: 64, maxResults: 50_000 };

export interface JunitReport {
  /** In the order of the report, each test once. */
  results: TestResult[];
  totals: TestTotals;
}

interface Suite {
  name: string;
  file: string;
  /** Go's test runner repeats tests under the same name; others give several tests one name. */
  repeats: boolean;
}

/** More in one tag, text or comment are refused, some 120 MB: a log with so many is longer than what is taken of a report. */
const MOST_JOINTS = 2_000_000;

/** Work is handed to the parser in pieces, so that what it says stands near what it is about. */
const PIECE = 64 * 1024;

/**
 * Reads a JUnit report, as Maven Surefire, Gradle, pytest, jest-junit, gotestsum, Playwright, GoogleTest and others write them: suites in suites or not, with or without
 * classes, files and times. Nothing outside of the text is read, and entities that it declares itself are refused. Pure.
 *
 * @throws JunitError, and nothing else.
 */
export function readJunit(bytes: Uint8Array, limits: Partial<JunitLimits> = {}): JunitReport {
  const { maxBytes, ...rest } = { ...JUNIT_LIMITS, ...limits };
  if (bytes.length > maxBytes) throw new JunitError(0, `expected at most ${maxBytes} bytes, found ${bytes.length}`);
  if (bytes.length === 0) throw new JunitError(0, 'expected a JUnit report, found nothing');
  const results = withoutRepeats(casesIn(decodeXml(bytes), rest));
  return { results, totals: totalsOf(results) };
}

function casesIn(text: string, { maxDepth, maxResults }: Omit<JunitLimits, 'maxBytes'>): TestCase[] {
  const parser = new SaxesParser();
  const suites: Suite[] = [];
  const open: string[] = [];
  const cases: TestCase[] = [];
  let current: TestCase | undefined;
  let told: Told = { at: 0, isText: false };

  function fail(problem: string): never {
    throw new JunitError(parser.line, problem);
  }
  function tell(isText = false): void {
    told = { at: parser.position, isText };
  }
  function opened({ name, attributes }: SaxesTagPlain): void {
    tell();
    const tag = name.replace(/^.*:/, '');
    if (open.length === 0 && tag !== 'testsuites' && tag !== 'testsuite') {
      fail(`expected <testsuites> or <testsuite>, found <${shown(tag)}>`);
    }
    open.push(tag);
    if (open.length > maxDepth) fail(`expected elements at most ${maxDepth} deep, found more`);
    if (current !== undefined) current.open(tag, attributes);
    else if (tag === 'testsuite') suites.push(suiteOf(attributes));
    else if (tag === 'property' && attributes['name'] === 'go.version') markRepeats(suites);
    else if (tag === 'testcase') {
      if (cases.length === maxResults) fail(`expected at most ${maxResults} tests, found more`);
      current = new TestCase(attributes, suites);
      if (current.name === '') fail('expected a testcase with a name or a classname, found neither');
    }
  }
  function closed(): void {
    tell();
    const tag = open.pop();
    if (tag === 'testsuite' && current === undefined) suites.pop();
    else if (current?.close()) {
      cases.push(current);
      current = undefined;
    }
  }

  parser.on('error', (error) =>
    fail(`expected XML, found an error in it: ${shown(error.message.replace(/^\d+:\d+: /, ''))}`),
  );
  parser.on('opentag', opened);
  parser.on('closetag', closed);
  parser.on('text', (said) => {
    tell(true);
    current?.text(said);
  });
  parser.on('cdata', (said) => {
    tell();
    current?.text(said);
  });
  for (const event of ['comment', 'processinginstruction', 'doctype'] as const) parser.on(event, () => tell());
  let joints = 0;
  for (let start = 0; start < text.length; start += PIECE) {
    const piece = text.slice(start, start + PIECE);
    parser.write(piece);
    joints = told.at > start ? 0 : joints + jointsIn(piece, text, told);
    if (joints > MOST_JOINTS) {
      fail(`expected the end of a tag, a text or a comment, found none in ${MOST_JOINTS} marks`);
    }
  }
  parser.close();
  return cases;
}

function suiteOf(attributes: Readonly<Record<string, string>>): Suite {
  return { name: attributes['name'] ?? '', file: attributes['file'] ?? attributes['filepath'] ?? '', repeats: false };
}

function markRepeats(suites: readonly Suite[]): void {
  const innermost = suites.at(-1);
  if (innermost !== undefined) innermost.repeats = true;
}

export function totalsOf(results: readonly TestResult[]): TestTotals {
  const of = (status: TestResult['status']) => results.filter((result) => result.status === status).length;
  return {
    tests: results.length,
    passed: of('passed'),
    failed: of('failed'),
    errors: of('error'),
    skipped: of('skipped'),
    flaky: of('flaky'),
    durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
  };
}

/** Of what others wrote, as much as fits into an error. */
function shown(text: string): string {
  return redact(text.slice(0, 160));
}
