import type { Action } from '@prunella/contracts';
import { type Line, toLines } from '@prunella/signals';
import { applies, type LinePattern, type RuleSet } from './rule-set.ts';
import { eachBlock } from './scan/text-blocks.ts';
import type { MetricBounds, Rule } from './schema.ts';

/** A line of a job's log. */
export interface JobLine extends Line {
  /** Whose log it is; absent: the only one. */
  job?: string;
}

/** An error as a publisher reports it; empty text where nothing is known. */
export interface ReportedError {
  message: string;
  /** Class or code, e.g. `ETIMEDOUT`. */
  type: string;
  stack: string;
  exitCode?: number;
}

/** What the rules look at. */
export interface Matchable {
  lines: readonly JobLine[];
  error?: ReportedError;
  /**
   * What is known beside text, for the `error_type` patterns, e.g. `conclusion:timed_out`, `exit_code:137`, `failure_reason:api_failure`.
   * Default: nothing.
   */
  signs?: readonly string[];
  /** Measurements by name; ratios 0..1. */
  metrics: Readonly<Record<string, number>>;
}

/** A line that a rule matched. `source` says where it stands: in a log, in the reported error, or in what the platform says of the job beside its log. */
export interface MatchedLine extends JobLine {
  source: 'log' | 'error' | 'annotation';
}

/** One rule that applies. */
export interface RuleMatch {
  rule: Rule;
  /** With the parameters that hold for the metrics. */
  action: Action;
  /** The lines that matched, in their order, at most `MAX_LINES`; empty: only the error's type or the metrics spoke. */
  lines: readonly MatchedLine[];
  /** How many lines matched in all. */
  count: number;
}

/** So many matching lines are kept for each rule: the first ones. */
export const MAX_LINES = 10;

/** Every rule that applies, best first: by confidence, then the one that speaks nearest to the end, then by id. */
export function matchRules(set: RuleSet, input: Matchable): RuleMatch[] {
  const found = new Map<Rule, { lines: MatchedLine[]; count: number }>();
  const note = (rule: Rule, line?: MatchedLine): void => {
    const entry = found.get(rule) ?? { lines: [], count: 0 };
    found.set(rule, entry);
    if (line === undefined) return;
    entry.count += 1;
    if (entry.lines.length < MAX_LINES) entry.lines.push(line);
  };
  noteLines(set, linesOf(input), note);
  for (const type of [input.error?.type ?? '', ...(input.signs ?? [])]) {
    for (const rule of rulesOfType(set, type)) note(rule);
  }
  for (const rule of set.rules) if (isAboutMetricsOnly(rule)) note(rule);
  return [...found]
    .filter(([{ metrics }]) => holds(metrics, input.metrics))
    .map(([rule, { lines, count }]) => ({ rule, action: actionOf(rule, input.metrics), lines, count }))
    .sort(byWeight);
}

function linesOf({ lines, error }: Matchable): MatchedLine[] {
  const reported = [...toLines(error?.message ?? ''), ...toLines(error?.stack ?? '')];
  return [
    ...lines.map((line) => ({ ...line, source: 'log' as const })),
    ...reported.map((line) => ({ ...line, source: 'error' as const })),
  ];
}

/** Notes each rule once for each line that it matches, by line. */
function noteLines(set: RuleSet, lines: readonly MatchedLine[], note: (rule: Rule, line: MatchedLine) => void): void {
  const matchedAt = new Int32Array(set.rules.length).fill(-1);
  const texts = lines.map(({ text }) => text);
  eachBlock(texts, (block, first) => {
    set.index.find(block, (index, literal) => {
      const at = first + index;
      for (const number of set.index.patternsOf[literal] as readonly number[]) {
        const entry = set.linePatterns[number] as LinePattern;
        if (matchedAt[entry.ruleNumber] === at || !set.index.holdsOthers(number, block, index)) continue;
        const text = texts[at] as string;
        if (!set.index.mayMatch(number, text) || !applies(entry, text)) continue;
        matchedAt[entry.ruleNumber] = at;
        note(entry.rule, lines[at] as MatchedLine);
      }
    });
  });
}

/** The same few types come again and again, and each has to be tried on hundreds of patterns. */
const MOST_TYPES = 500;
const RULES_OF_TYPES = new WeakMap<RuleSet, Map<string, readonly Rule[]>>();

function rulesOfType(set: RuleSet, type: string): readonly Rule[] {
  if (type === '') return [];
  const known = RULES_OF_TYPES.get(set) ?? new Map<string, readonly Rule[]>();
  RULES_OF_TYPES.set(set, known);
  let rules = known.get(type);
  if (rules === undefined) {
    rules = set.typePatterns.filter(({ pattern }) => pattern.test(type)).map(({ rule }) => rule);
    // Senders choose what they call their errors.
    if (known.size >= MOST_TYPES) known.clear();
    known.set(type, rules);
  }
  return rules;
}

function isAboutMetricsOnly({ match, metrics }: Rule): boolean {
  return match.log.length + match.error_type.length === 0 && Object.keys(metrics).length > 0;
}

function holds(bounds: MetricBounds, metrics: Matchable['metrics']): boolean {
  return Object.entries(bounds).every(([name, { above }]) => (metrics[name] ?? Number.NEGATIVE_INFINITY) > above);
}

function actionOf({ action }: Rule, metrics: Matchable['metrics']): Action {
  const overrides = action.overrides.filter(({ when }) => holds(when, metrics));
  return { type: action.type, parameters: Object.assign({}, action.parameters, ...overrides.map((o) => o.parameters)) };
}

function byWeight(a: RuleMatch, b: RuleMatch): number {
  if (a.rule.confidence !== b.rule.confidence) return b.rule.confidence - a.rule.confidence;
  const [lastOfA, lastOfB] = [a, b].map(({ lines }) => lines.at(-1)?.line ?? 0) as [number, number];
  return lastOfB - lastOfA || (a.rule.id < b.rule.id ? -1 : 1);
}
