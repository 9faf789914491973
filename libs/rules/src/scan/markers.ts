import { exitCodeOf, type Line } from '@prunella/signals';
import type { LogMarker } from './scanned-log.ts';

const LONGEST_NAME = 200;
const FIRST_MARKERS = 1_000;
const LAST_MARKERS = 3_000;

/** A mark that is written in a log: what to look for, in small letters, and what it says. */
interface Mark {
  literals: readonly string[];
  pattern: RegExp;
  kind: 'step' | 'step-end' | 'error';
}

// Each pattern is used on lines whose colours are gone; the first group is the name.
const MARKS: readonly Mark[] = [
  // GitHub, Azure.
  { literals: ['##[group]', '##[section]'], pattern: /##\[(?:group|section)\](.*)/, kind: 'step' },
  { literals: ['##[endgroup]'], pattern: /##\[endgroup\]/, kind: 'step-end' },
  { literals: ['##[error]'], pattern: /##\[error\](.*)/, kind: 'error' },
  { literals: ['::group::'], pattern: /(?<!\S)::group::(.*)/, kind: 'step' },
  { literals: ['::endgroup::'], pattern: /(?<!\S)::endgroup::/, kind: 'step-end' },
  { literals: ['::error'], pattern: /(?<!\S)::error(?: [^:]{0,500})?::(.*)/, kind: 'error' },
  // GitLab, Travis.
  { literals: ['section_end:'], pattern: /section_end:\d+:([\w.-]+)/, kind: 'step-end' },
  { literals: ['section_start:'], pattern: /section_start:\d+:([\w.-]+)/, kind: 'step' },
  { literals: ['travis_fold:end'], pattern: /travis_fold:end:([\w.-]+)/, kind: 'step-end' },
  { literals: ['travis_fold:start'], pattern: /travis_fold:start:([\w.-]+)/, kind: 'step' },
  // Jenkins.
  { literals: ['[pipeline] {'], pattern: /\[Pipeline\] \{ \((.*)\)/, kind: 'step' },
  { literals: ['[pipeline] // stage'], pattern: /\[Pipeline\] \/\/ stage/, kind: 'step-end' },
  // Docker, BuildKit.
  { literals: ['step '], pattern: /(?<!\S)Step (\d+\/\d+ : .*)/, kind: 'step' },
  {
    literals: ['] run ', '] copy ', '] add ', '] from ', '] workdir '],
    pattern: /(?<!\S)#\d+ (\[[^\]]{0,100}\] [A-Z]+ .*)/,
    kind: 'step',
  },
];

/** Of these is one in each line that `exitCodeOf` understands. */
const EXITS: readonly string[] = [
  ...['exit code', 'exit status', 'exitcode', 'exitstatus', 'exit with', 'exit a ', 'exit non-zero', 'exited', 'exit='],
  ...['returned', 'terminated with', '] error '],
];
/** So is this; most lines with one of those have no number. */
const EXIT_NUMBER = /(?:code|status|with|exit|error)[:= ]? ?'?\d/i;
/** Marks stand at the beginning. */
const LONGEST_LINE = 2_000;

/** The number in `MARKS` by literal; that of an exit is -1. */
const MARK_OF: ReadonlyMap<string, number> = new Map([
  ...EXITS.map((literal) => [literal, -1] as const),
  ...MARKS.flatMap(({ literals }, number) => literals.map((literal) => [literal, number] as const)),
]);

/** What to look for, in small letters; a line without any of them has no marker. */
export const MARKER_LITERALS: readonly string[] = [...MARK_OF.keys()];

/**
 * What a line marks.
 *
 * @param found those of `MARKER_LITERALS` that stand in the line.
 * @param shown without colours, but with the marks.
 * @param cleaned gives the cleaned line.
 */
export function markersIn(found: readonly string[], shown: string, cleaned: () => Line): LogMarker[] {
  const start = shown.slice(0, LONGEST_LINE);
  return [...new Set(found.map((literal) => MARK_OF.get(literal)))].flatMap((number): LogMarker[] => {
    if (number === -1) return EXIT_NUMBER.test(start) ? exitIn(cleaned()) : [];
    const { pattern, kind } = MARKS[number ?? 0] as Mark;
    const [whole, written = ''] = pattern.exec(start) ?? [];
    if (whole === undefined) return [];
    const name = written.trim().slice(0, LONGEST_NAME);
    return [{ line: cleaned().line, kind, ...(name !== '' && { name }) }];
  });
}

function exitIn(line: Line): LogMarker[] {
  const exitCode = exitCodeOf([line]);
  return exitCode === undefined ? [] : [{ line: line.line, kind: 'exit', exitCode }];
}

/** The markers of a log; of very many those in the middle are gone. */
export class Markers {
  readonly #first: LogMarker[] = [];
  #last: LogMarker[] = [];

  add(marker: LogMarker): void {
    if (this.#first.length < FIRST_MARKERS) {
      this.#first.push(marker);
      return;
    }
    this.#last.push(marker);
    if (this.#last.length > 2 * LAST_MARKERS) this.#last = this.#last.slice(-LAST_MARKERS);
  }

  all(): LogMarker[] {
    return [...this.#first, ...this.#last.slice(-LAST_MARKERS)];
  }
}
