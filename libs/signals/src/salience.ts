import { isExitMarker } from './exit-code.ts';
import type { Line } from './lines.ts';
import { WEIGHTS } from './salience-weights.ts';
import type { Templates } from './templates.ts';

/**
 * What is seen in the text of a line, each by itself. How much each counts was fitted on labelled logs:
 * `salience-weights.ts`, written by `tests/bench/diagnosis/fit-salience.ts`.
 */
const LEXICAL = {
  'error-word': /\b(?:errors?|fail(?:ed|ures?|ing|s)?|fatal|panic|exception|abort(?:ed|ing)?)\b/i,
  'error-first': /^[^\w\n]{0,6}(?:\[?(?:error|fatal|fail(?:ed|ure)?|severe|critical)\b|E\b {2,}|ERR!)/i,
  'error-colon': /\b(?:error|fatal|failure|err!?)(?: ?[:!\]]| \w{0,3}\d+[:\])])/i,
  'error-class': /\b[A-Z]\w{2,60}(?:Error|Exception|Failure|Fault)\b/,
  cause: /\b(?:caused by|because|reason|root cause)\b/i,
  heading:
    /\b(?:traceback|stack ?trace|failures|failed tests?|compilation error|what went wrong|summary of failures)\b/i,
  place: /(?:^|[\s("'[])[\w@.+/\\-]{1,200}\.[a-zA-Z]\w{0,7}[:(] ?\d+/,
  expectation: /\b(?:expected|actual|assert\w*|should (?:be|have|equal|not|match|return)|got|received|to equal)\b/i,
  'test-mark':
    /^\s*(?:\d+\) |not ok\b|--- FAIL|[✗✕×✘❌●]|FAIL\b|FAILED\b)|<<< (?:FAIL|ERR)|\.\.\. (?:FAILED|ERROR)\b|TEST-UNEXPECTED/,
  frame: /^\s*(?:at [\w$.<]|File "|from [/\w].{0,200}:\d+:in|\.{3} \d+ more|[\w/.-]+\.\w+:\d+:in )/,
  problem:
    /\b(?:not found|no such|can(?:not|'t)|could(?: not|n't)|unable to|missing|undefined|unresolved|invalid|unknown|unexpected|denied|refused|forbidden|unauthorized|unsupported|incompatible|mismatch|conflict|illegal|exceeded|expired|corrupt\w*)\b/i,
  platform:
    /\b(?:timed? ?out|time-?out|connection|network|killed|no space|out of memory|segmentation|core dumped|signal|terminated|lost|unreachable|unavailable)\b/i,
  warning: /\bwarn(?:ing)?s?\b|\bdeprecat/i,
  fine: /\b(?:ok|pass(?:ed|es|ing)?|success(?:ful(?:ly)?)?|done|download(?:ed|ing)|install(?:ed|ing)|unpacking|setting up|fetching|updat(?:ed|ing)|found existing|up to date|skipp(?:ed|ing))\b/i,
  harmless:
    /\b(?:0 (?:errors?|fail(?:ed|ures?)?)|no errors?|errors?: ?0|fail(?:ed|ures?): ?0|without errors?|allow(?:ed)?[ _]fail\w*|ignor(?:ed|ing))\b/i,
  command: /^(?:\$|\+{1,3}|>|Step \d+\/\d+ :) ?\S|^(?:gcc|g\+\+|cc|c\+\+|clang|javac|make|cd|rm|cp|mv) /,
  count:
    /\b\d+ (?:tests?|specs?|examples?|assertions?|scenarios?|problems?|errors?|failures?|offenses?|passed|failed|failing)\b/i,
  ruler: /^\s*([=\-*_#~])\1{4,}/,
  indented: /^(?: {2,}|\t)/,
  long: /^.{300}/,
  short: /^.{0,3}$/,
} as const satisfies Record<string, RegExp>;

/** Only these are looked at in the lines before and after. */
const NEIGHBOURLY = [
  'error-word',
  'error-first',
  'error-colon',
  'error-class',
  'heading',
  'place',
  'expectation',
  'test-mark',
  'frame',
  'problem',
  'platform',
] as const;

/** So many written lines before the failing exit, at most. */
const DISTANCES = [2, 6, 15, 40, 100, 300, 1_000, 4_000] as const;
/** A line of this shape stands in the log so many times, at most. */
const REPEATS = [1, 3, 10, 40] as const;

/** Names of all features that a weight can be given for. */
export const SALIENCE_FEATURES: readonly string[] = [
  ...Object.keys(LEXICAL),
  'exit',
  ...DISTANCES.map((most) => `within-${most}`),
  'after',
  'step',
  ...REPEATS.map((most) => `seen-${most}`),
  ...NEIGHBOURLY.flatMap((name) => [`before:${name}`, `next:${name}`]),
];

/** What is known about one line of a log, by the names of its features. */
export type SalienceFeatures = ReadonlySet<string>;

/** What a line that a green log has too loses: more than all that speaks for it can win. */
const SEEN_WHEN_GREEN = 6;

/** Lines nearer to the failing exit than this are looked at whatever they say. */
const NEAR = 60;

/** A quick look that spares the slow one for lines that say nothing. */
const WORTH_A_LOOK =
  /error|fail|fatal|panic|exception|abort|not ok|unexpected|cannot|can't|could ?n[o']t|unable|denied|refused|no such|not found|undefined|unresolved|missing|invalid|expected|assert|traceback|killed|time(?:d )?-?out|[✗✕×✘❌●]|^\s*\d+\) |[:(]\d+[:,)]/i;

/** Where a log says that something failed; indexes of written lines. */
interface Anchor {
  /** The line that says it; the last one when none does. */
  end: number;
  /** The first line of the step that failed, as far as the log tells. */
  start: number;
}

/** What runners say once a command failed; build tools say the like on the way, so these are believed first. */
const VERDICT =
  /^(?:Error: )?Process completed with exit code [1-9]|^ERROR: Job failed|^(?:ERROR: )?script returned exit code [1-9]|^The command ".{0,1000}" (?:failed and )?exited with [1-9]|^The command '.{0,1000}' returned a non-zero code: [1-9]|^Build step '.{1,200}' marked build as failure|^ERROR: failed to solve|^Exited with code(?: exit status)? [1-9]|^Bash exited with code '[1-9]/;
/** Where a step begins. */
const STEP = /^(?:\$ \S|\+ \S|Step \d+\/\d+ : |\[Pipeline\] (?:sh|bat|\{)|Executing "|#\d+ \[|Run \S)/;

/** A line with how much it tells about the failure; only the order of the numbers means something. */
export interface Ranked {
  line: Line;
  salience: number;
  /** Numbers of the lines of the same shape that were left out. */
  alike: readonly number[];
}

/**
 * The lines that are worth reading, the most telling first. Lines of the same shape count twice at most.
 *
 * @param options.green templates of successful logs of the same job: what stands there too tells little.
 */
export function rank(lines: readonly Line[], { green }: { green?: Templates } = {}): Ranked[] {
  const written = lines.filter(({ text }) => text.trim() !== '');
  const ranked = features(written).map(({ at, names }) => {
    const line = written[at] as Line;
    const known = green?.knows(line.text) ? SEEN_WHEN_GREEN : 0;
    return { line, salience: salienceOf(names) - known, alike: [] };
  });
  ranked.sort((a, b) => b.salience - a.salience || b.line.line - a.line.line);
  return distinct(ranked);
}

/** Every line that is worth a look, by its index among the given (written) lines, with its features. */
export function features(written: readonly Line[]): { at: number; names: SalienceFeatures }[] {
  const anchor = anchorOf(written);
  const looked = [...written.keys()].filter(
    (at) => Math.abs(anchor.end - at) <= NEAR || WORTH_A_LOOK.test(written[at]?.text ?? ''),
  );
  const shapes = new Map<string, number>();
  for (const at of looked) {
    const shape = shapeOf(written[at]?.text ?? '');
    shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
  }
  const seen = new Map<number, ReadonlySet<string>>();
  const lexical = (at: number): ReadonlySet<string> => {
    const known = seen.get(at) ?? lexicalOf(written[at]?.text);
    seen.set(at, known);
    return known;
  };
  return looked.map((at) => ({ at, names: featuresOf(at, written, anchor, shapes, lexical) }));
}

function featuresOf(
  at: number,
  written: readonly Line[],
  anchor: Anchor,
  shapes: ReadonlyMap<string, number>,
  lexical: (at: number) => ReadonlySet<string>,
): SalienceFeatures {
  const line = written[at] as Line;
  const distance = anchor.end - at;
  const repeated = shapes.get(shapeOf(line.text)) ?? 1;
  return new Set([
    ...lexical(at),
    ...(isExitMarker(line) ? ['exit'] : []),
    ...DISTANCES.filter((most) => distance >= 0 && distance <= most).map((most) => `within-${most}`),
    ...(distance < 0 ? ['after'] : []),
    ...(at >= anchor.start && distance >= 0 ? ['step'] : []),
    ...REPEATS.filter((most) => repeated <= most).map((most) => `seen-${most}`),
    ...NEIGHBOURLY.filter((name) => lexical(at - 1).has(name)).map((name) => `before:${name}`),
    ...NEIGHBOURLY.filter((name) => lexical(at + 1).has(name)).map((name) => `next:${name}`),
  ]);
}

function lexicalOf(text: string | undefined): ReadonlySet<string> {
  if (text === undefined) return new Set();
  return new Set(Object.entries(LEXICAL).flatMap(([name, pattern]) => (pattern.test(text) ? [name] : [])));
}

function salienceOf(names: SalienceFeatures): number {
  let sum = 0;
  for (const name of names) sum += WEIGHTS[name] ?? 0;
  return sum;
}

function anchorOf(written: readonly Line[]): Anchor {
  const verdict = written.findIndex(({ text }) => VERDICT.test(text));
  const last = verdict === -1 ? written.findLastIndex(isExitMarker) : verdict;
  const end = last === -1 ? written.length - 1 : last;
  const start = written.findLastIndex(({ text }, at) => at < end && STEP.test(text));
  return { end, start: Math.max(0, start) };
}

/** What stays of a line when numbers and hashes are taken out; cheap, for counting. */
function shapeOf(text: string): string {
  return text
    .slice(0, 160)
    .replace(/0x[0-9a-f]+|\b[0-9a-f]{7,64}\b|\d+/gi, '#')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Keeps two lines of each shape, the most telling ones. */
function distinct(ranked: readonly Ranked[]): Ranked[] {
  const shapes = new Map<string, { count: number; alike: number[] }>();
  const kept: Ranked[] = [];
  for (const { line, salience } of ranked) {
    const shape = shapeOf(line.text);
    const known = shapes.get(shape) ?? { count: 0, alike: [] };
    shapes.set(shape, known);
    known.count += 1;
    if (known.count <= 2) kept.push({ line, salience, alike: known.count === 1 ? known.alike : [] });
    else known.alike.push(line.line);
  }
  return kept;
}
