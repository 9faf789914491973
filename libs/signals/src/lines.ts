/** A line of a log, cleaned for reading and matching. */
export interface Line {
  /** Counts from 1 in the original file. */
  line: number;
  /** Without line end, colours, time stamps and the marks of the CI system; at most `MAX_LINE` characters. */
  text: string;
}

/** Longer lines are cut here: no rule needs more, and a minified bundle in a log must not cost a second. */
export const MAX_LINE = 2_000;

// Written as text because a literal with control characters is mostly a mistake; here they are what is looked for.
const ESCAPE = String.raw`[\u001b\u009b]`;
// Control sequences: CSI (`ESC [ ... letter`), OSC (`ESC ] ... BEL or ESC \`), and the two-byte rest.
const CSI = String.raw`\[[0-?]{0,64}[ -/]{0,8}[@-~]`;
const OSC = String.raw`\][^\u0007\u001b\n]{0,2000}(?:\u0007|\u001b\\)`;
// Application program commands, in which Buildkite hides its time stamps (`ESC _ bk;t=1700000000000 BEL`).
const APC = String.raw`_[^\u0007\u001b\n]{0,2000}(?:\u0007|\u001b\\)`;
const ANSI = new RegExp(String.raw`${ESCAPE}(?:${CSI}|${OSC}|${APC}|[@-Z\\^_=>])`, 'g');
const CONTROLS = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f`;
const UNPRINTABLE = new RegExp(String.raw`[${CONTROLS}\ufeff]`, 'g');

const STAMP = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`;
/** What stands before what was said. `begins`: the characters it can begin with; absent: it has a tab in it. */
interface Prefix {
  begins?: string;
  pattern: RegExp;
}

const DIGITS = '0123456789';
/** Tried in this order: behind one of them another one may stand. */
const PREFIXES: readonly Prefix[] = [
  // `gh run view --log`: job, step, then the stamped line.
  { pattern: new RegExp(String.raw`^[^\t]{0,200}\t[^\t]{0,200}\t(?=\ufeff?${STAMP} )`) },
  // Zuul: stamp, then the node.
  { begins: DIGITS, pattern: new RegExp(String.raw`^${STAMP} \| (?:[\w.-]{1,80} \| ?)?`) },
  // GitHub (`2026-01-02T03:04:05.1234567Z `) and GitLab, which adds the stream (`00O`, `01E`, `00O+`).
  { begins: DIGITS, pattern: new RegExp(String.raw`^${STAMP}(?: \d\d[OE]\+?)? ?`) },
  // Jenkins: `[2026-01-02T03:04:05.123Z] ` or `03:04:05  `; Taskcluster, which adds a word before the stamp.
  { begins: '[', pattern: new RegExp(String.raw`^\[(?:task(?:cluster)?(?:[: ][a-z-]{1,20})? )?${STAMP}\] ?`) },
  { begins: DIGITS, pattern: /^\d\d:\d\d:\d\d(?:\.\d{3})? {1,2}/ },
  // Mozharness, behind a clock.
  { begins: ' IDWECF', pattern: /^ {0,6}(?:INFO|DEBUG|WARNING|ERROR|CRITICAL|FATAL) - {1,2}/ },
  // TeamCity (`[03:04:05]W: [Step 1/2] `), AppVeyor (`[00:01:23] `).
  {
    begins: '[',
    pattern: /^\[\d\d:\d\d:\d\d\](?:[ WEiFp]?:)? ?(?:\t? {0,4}\[(?:Step \d+\/\d+|[A-Z][\w .:-]{1,60})\] ?)?/,
  },
  // Drone and Woodpecker: step, line and seconds.
  { begins: '[', pattern: /^\[[\w .:-]{1,80}:L?\d{1,7}:\d{1,7}s?\] / },
  // BuildKit's plain progress: step and seconds.
  { begins: '#', pattern: /^#\d{1,4} \d{1,6}\.\d{1,4} / },
  // GitLab sections, Travis folds and timers.
  { begins: 's', pattern: /^section_(?:start|end):\d+:[\w.-]+(?:\[[^\]]{0,200}\])?/ },
  { begins: 't', pattern: /^travis_(?:fold|time):(?:start|end):[^\s]{0,300}/ },
  // GitHub's marks, as they are in raw logs and as a step writes them.
  { begins: '#', pattern: /^##\[[a-z-]{1,20}\]/ },
  { begins: ':', pattern: /^::(?:error|warning|notice|debug|group|endgroup)(?: [^:]{0,500})?::/ },
];

/**
 * The lines of a log, one for each line of the original, empty ones included, so that numbers stay true.
 *
 * Of a progress bar (`10%\r20%\rdone`) the last state is kept.
 *
 * @param options.firstLine number of the first line in the whole log, when its beginning was cut. Default 1.
 */
export function toLines(text: string, { firstLine = 1 }: { firstLine?: number } = {}): Line[] {
  const lines = text.split('\n').map((raw, index) => ({ line: firstLine + index, text: cleanLine(raw) }));
  if (text.endsWith('\n')) lines.pop();
  return lines;
}

/** A line without line end, colours, time stamps and the marks of the CI system. */
export function cleanLine(raw: string): string {
  const plain = raw.includes('\u001b') || raw.includes('\u009b') ? raw.replace(ANSI, '') : raw;
  const shown = plain.includes('\r') ? lastState(plain) : plain;
  let text = shown.replace(UNPRINTABLE, '');
  for (const { begins, pattern } of PREFIXES) {
    // Quicker than to try them all.
    const mayStand = begins === undefined ? text.includes('\t') : begins.includes(text.charAt(0));
    if (mayStand) text = text.replace(pattern, '');
  }
  return cut(text).trimEnd();
}

/** Cuts before a word, not in it: half a secret would look like nothing that has to be redacted. */
function cut(text: string): string {
  return text.length <= MAX_LINE ? text : text.slice(0, MAX_LINE).replace(/(?<!\S)\S{1,300}$/, '');
}

/** What a terminal shows after carriage returns: the last part that says something. */
function lastState(text: string): string {
  return text.split('\r').findLast((part) => part.trim() !== '') ?? '';
}

/** Says whether this is not text: a NUL in the first 4,096 characters, or every tenth of them unprintable. */
export function looksBinary(text: string): boolean {
  const head = text.slice(0, 4_096);
  if (head.includes('\u0000')) return true;
  const colourless = head.replace(ANSI, '');
  const strange = colourless.match(UNPRINTABLE)?.length ?? 0;
  return strange * 10 > colourless.length;
}
