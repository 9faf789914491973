import type { Evidence, Failure } from '@prunella/contracts';
import { type MatchedLine, matchedPart, type RuleSet } from '@prunella/rules';
import { isErrorLike, isExitMarker, type Line, redact, toLines } from '@prunella/signals';
import type { Candidate } from './candidate.ts';
import type { JobReading } from './reading.ts';

/** So many lines speak for a cause at most; the others are there to be read around them. */
const MOST = 10;
/** Of a long log so many lines are shown in all. */
const MOST_SHOWN = 30;
/** Of a short one this part at most: evidence that is the whole log helps nobody. */
const SHARE_SHOWN = 0.2;
/** How far around the decisive line other lines belong to it. */
const BEFORE = 3;
const AFTER = 12;
/** A stack between a heading and its message is rarely longer. */
const ANNOUNCED_WITHIN = 100;
const OF_RULE = 'rule:';
/** A message can be long; the first lines say it. */
const MESSAGE_LINES = 3;

/**
 * The lines that speak for a candidate, decisive one first, then what else tells most in its job's log; redacted, at
 * most ten, in logs of more than fifty lines a fifth of them and at most thirty. Without a line of its own, what the
 * publisher said and the lines of the logs that tell most.
 */
export function evidenceOf(
  candidate: Candidate,
  logs: readonly JobReading[],
  error: Failure | undefined,
  rules: RuleSet,
): Evidence[] {
  const [decisive] = candidate.lines;
  if (decisive === undefined) return distinct(unexplained(logs, error)).slice(0, MOST_SHOWN);
  const log = decisive.source === 'error' ? undefined : logs.find(({ job }) => job === decisive.job);
  const announced = announcedBy(candidate, logs, error);
  const speaking = [
    matched(decisive, candidate, rules),
    ...(announced === undefined ? [] : [evidence(announced, jobOf(decisive))]),
    ...candidate.lines.slice(1).map((line) => matched(line, candidate, rules)),
    ...(log === undefined || decisive.source !== 'log' ? [] : neighbours(decisive, log)),
  ];
  const first = distinct(speaking).slice(0, MOST);
  return log === undefined ? first : distinct([...first, ...tellingOf(log)]).slice(0, shownOf(log));
}

/**
 * The line that a heading announces (`Traceback (most recent call last):` the exception below the stack); undefined:
 * the decisive line is none.
 */
export function announcedBy(
  { lines: [decisive] }: Candidate,
  logs: readonly JobReading[],
  error: Failure | undefined,
): Line | undefined {
  if (decisive === undefined || !decisive.text.endsWith(':')) return undefined;
  const lines =
    decisive.source === 'log'
      ? (logs.find(({ job }) => job === decisive.job)?.lines ?? [])
      : [...toLines(error?.message ?? ''), ...toLines(error?.stack ?? '')];
  const start = lines.findIndex(({ line, text }) => line === decisive.line && text === decisive.text) + 1;
  return lines
    .slice(start, start + ANNOUNCED_WITHIN)
    .find((line) => /^\S/.test(line.text) && isErrorLike(line) && !isExitMarker(line));
}

function neighbours(decisive: Line, log: JobReading): Evidence[] {
  return log.lines
    .filter(({ line }) => line >= decisive.line - BEFORE && line <= decisive.line + AFTER)
    .filter((line) => isErrorLike(line) || isExitMarker(line))
    .map((line) => evidence(line, log.job));
}

/** How many lines of a log are shown at most. */
function shownOf({ totalLines }: JobReading): number {
  return Math.max(MOST, Math.min(MOST_SHOWN, Math.floor(totalLines * SHARE_SHOWN)));
}

/** Short logs are read anyway, and there each line would be among the most telling. */
function tellingOf(log: JobReading): Evidence[] {
  const most = shownOf(log);
  return most <= MOST ? [] : log.ranked.slice(0, most).map(({ line }) => evidence(line, log.job));
}

function unexplained(logs: readonly JobReading[], error: Failure | undefined): Evidence[] {
  const told = (error?.message || error?.type || '').split('\n').filter((text) => text.trim() !== '');
  const message = told.slice(0, MESSAGE_LINES).map((text, index) => evidence({ line: index + 1, text }, ''));
  return [...message, ...logs.flatMap(errorsOf)];
}

/** The lines that tell most; of those, what speaks of an error first. */
function errorsOf(log: JobReading): Evidence[] {
  const telling = log.ranked.slice(0, shownOf(log)).map(({ line }) => line);
  const errors = telling.filter((line) => isErrorLike(line) && !isExitMarker(line));
  const shown = log.totalLines <= MOST / SHARE_SHOWN && errors.length > 0 ? errors : [...errors, ...telling];
  return distinct(shown.map((line) => evidence(line, log.job))).slice(0, shownOf(log));
}

/** A reported error belongs to no job. */
function jobOf({ source, job = '' }: MatchedLine): string {
  return source === 'error' ? '' : job;
}

/** With the part of the line that the rule is about, where it is not all of it. */
function matched(line: MatchedLine, { decidedBy }: Candidate, rules: RuleSet): Evidence {
  const plain = evidence(line, jobOf(line));
  if (!decidedBy.startsWith(OF_RULE)) return plain;
  const part = redact(matchedPart(rules, decidedBy.slice(OF_RULE.length), line.text) ?? '');
  // A secret in it may look different alone than in its line.
  return part !== '' && part !== plain.text && plain.text.includes(part) ? { ...plain, match: part } : plain;
}

function evidence({ line, text }: Line, job: string): Evidence {
  return { line, text: redact(text.trim()), job };
}

/** The first of each: what comes later says less of the same line. */
function distinct(list: readonly Evidence[]): Evidence[] {
  const seen = new Set<string>();
  return list.filter(({ job, line, text }) => {
    // With the text: the lines of a message and of its stack both count from 1.
    const key = `${job}\n${line}\n${text}`;
    return !seen.has(key) && seen.add(key);
  });
}
