import type { TestStatus } from '@prunella/contracts';
import { redact } from '@prunella/signals';
import { boundedName } from '../test-id.ts';
import type { TestName, TestResult } from '../test-result.ts';

/** What elements inside a test case say about it; the rest (output, properties) says nothing. */
const SAYS: Readonly<Record<string, 'failed' | 'error' | 'skipped' | 'flaky' | 'repeated'>> = {
  failure: 'failed',
  error: 'error',
  skipped: 'skipped',
  // Maven Surefire and Playwright: a try that failed before one that passed; of one that never passed.
  flakyFailure: 'flaky',
  flakyError: 'flaky',
  rerunFailure: 'repeated',
  rerunError: 'repeated',
};
/** The worst holds: a test whose teardown failed too has passed nothing. */
const ORDER: readonly TestStatus[] = ['passed', 'skipped', 'flaky', 'failed', 'error'];

const LONGEST_MESSAGE = 2_000;
/** So much of a text is kept before it is redacted; a secret that is cut in two might not be seen as one. */
const KEPT = 16 * LONGEST_MESSAGE;
/** A week: what takes longer is nonsense. */
export const LONGEST_MS = 7 * 86_400_000;

type Attributes = Readonly<Record<string, string>>;

/** One test case while it is read. */
export class TestCase implements TestName {
  readonly classname: string;
  readonly name: string;
  readonly file: string;
  readonly suite: string;
  /** Whether the same test stands there again when it was repeated. */
  readonly mayRepeat: boolean;
  private readonly durationMs: number;
  private status: TestStatus = 'passed';
  private depth = 1;
  /** Of the element that decides. */
  private said = '';
  private readonly told: string[] = [];
  private kept = 0;
  /** How deep the element stands whose text is the message; 0: none is open. */
  private listening = 0;

  constructor(attributes: Attributes, suites: readonly { name: string; file: string; repeats: boolean }[]) {
    const names = suites
      .map((suite) => suite.name)
      .filter((name, index, all) => name !== '' && name !== all[index - 1]);
    this.suite = boundedName(names.join(' > '));
    const name = (attributes['name'] ?? '').trim();
    const classname = (attributes['classname'] ?? attributes['class'] ?? '').trim();
    this.name = boundedName(name || classname);
    this.classname = boundedName(classname || names.join(' > '));
    this.file = boundedName(attributes['file'] ?? suites.findLast(({ file }) => file !== '')?.file ?? '');
    this.durationMs = milliseconds(attributes['time'] ?? attributes['duration'] ?? '');
    this.mayRepeat = suites.at(-1)?.repeats ?? false;
    // GoogleTest: `status="notrun"`, `result="suppressed"`.
    if (['notrun', 'skipped', 'suppressed', 'disabled', 'ignored'].includes(statusOf(attributes)))
      this.status = 'skipped';
  }

  open(tag: string, attributes: Attributes): void {
    this.depth += 1;
    const says = this.depth === 2 ? SAYS[tag] : undefined;
    if (says === undefined || says === 'repeated') return;
    if (ORDER.indexOf(says) <= ORDER.indexOf(this.status) && !(says === 'skipped' && this.status === 'skipped')) return;
    this.status = says;
    this.said = attributes['message'] ?? attributes['type'] ?? '';
    this.told.length = 0;
    this.kept = 0;
    this.listening = this.depth;
  }

  text(text: string): void {
    if (this.listening === 0 || this.kept >= KEPT) return;
    const piece = text.slice(0, KEPT - this.kept);
    this.told.push(piece);
    this.kept += piece.length;
  }

  /** Closes the innermost element. @returns whether that was the test case itself. */
  close(): boolean {
    if (this.listening === this.depth) this.listening = 0;
    this.depth -= 1;
    return this.depth === 0;
  }

  result(): TestResult {
    const { classname, name, file, suite, status, durationMs } = this;
    return { suite, classname, name, file, status, durationMs, message: status === 'passed' ? '' : this.message() };
  }

  private message(): string {
    const text = this.told.join('').trim();
    const said = this.said.trim();
    // Most runners begin the text with the message.
    const whole = said === '' || text.startsWith(said) ? text : `${said}\n${text}`;
    return boundedMessage(whole);
  }
}

/** As much of a message as is kept, without secrets. */
export function boundedMessage(text: string): string {
  return redact(text.slice(0, KEPT)).trim().slice(0, LONGEST_MESSAGE);
}

function statusOf(attributes: Attributes): string {
  const result = (attributes['result'] ?? '').toLowerCase();
  return result === 'suppressed' || result === 'skipped' ? result : (attributes['status'] ?? '').toLowerCase();
}

/** `0.012`, `1,234.5` (old Surefire), `0,012`; nothing or nonsense is 0. */
function milliseconds(seconds: string): number {
  const text = seconds.trim();
  const value = Number(text.includes('.') ? text.replaceAll(',', '') : text.replace(',', '.'));
  return value > 0 ? Math.min(Math.round(value * 1_000), LONGEST_MS) : 0;
}
