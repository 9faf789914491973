import type { Evidence, Failure } from '@prunella/contracts';
import type { MatchedLine } from '@prunella/rules';
import { isErrorLike, isExitMarker, type Line, redact, reduce, toLines } from '@prunella/signals';
import type { Candidate } from './candidate.ts';
import type { JobLines } from './propose.ts';

/** More lines than these are not read by anybody. */
const MOST = 10;
/** How far around the decisive line other lines belong to it. */
const BEFORE = 3;
const AFTER = 12;
/** A stack between a heading and its message is rarely longer. */
const ANNOUNCED_WITHIN = 100;
/** A message can be long; the first lines say it. */
const MESSAGE_LINES = 3;

/**
 * The lines that speak for a candidate, decisive one first, redacted, at most ten. Without a line of its own, what the
 * publisher said; without that, the lines of the logs that speak of errors.
 */
export function evidenceOf(candidate: Candidate, logs: readonly JobLines[], error: Failure | undefined): Evidence[] {
  const [decisive] = candidate.lines;
  const matched = candidate.lines.map((line) => evidence(line, jobOf(line)));
  const around =
    decisive?.source === 'log'
      ? neighbours(
          decisive,
          logs.find(({ job }) => job === decisive.job),
        )
      : [];
  const announced = announcedBy(candidate, logs, error);
  const first = announced === undefined ? [] : [evidence(announced, decisive === undefined ? '' : jobOf(decisive))];
  const all = [...matched.slice(0, 1), ...first, ...matched.slice(1), ...around];
  return distinct(all.length > 0 ? all : unexplained(logs, error)).slice(0, MOST);
}

/**
 * The line that a heading announces (`Traceback (most recent call last):` the exception below the stack); undefined:
 * the decisive line is none.
 */
export function announcedBy(
  { lines: [decisive] }: Candidate,
  logs: readonly JobLines[],
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

function neighbours(decisive: Line, log: JobLines | undefined): Evidence[] {
  return (log?.lines ?? [])
    .filter(({ line }) => line >= decisive.line - BEFORE && line <= decisive.line + AFTER)
    .filter((line) => isErrorLike(line) || isExitMarker(line))
    .map((line) => evidence(line, log?.job ?? ''));
}

function unexplained(logs: readonly JobLines[], error: Failure | undefined): Evidence[] {
  const told = (error?.message || error?.type || '').split('\n').filter((text) => text.trim() !== '');
  const message = told.slice(0, MESSAGE_LINES).map((text, index) => evidence({ line: index + 1, text }, ''));
  const lines = logs.flatMap((log) => endOf(log).map((line) => evidence(line, log.job)));
  return [...message, ...lines];
}

/** The last lines that speak of errors, the first of them on top; where none does, the last lines. */
function endOf({ lines }: JobLines): Line[] {
  const read = reduce(lines);
  const errors = read.filter((line) => isErrorLike(line) && !isExitMarker(line));
  return (errors.length > 0 ? errors : read).slice(-MOST / 2);
}

/** A reported error belongs to no job. */
function jobOf({ source, job = '' }: MatchedLine): string {
  return source === 'error' ? '' : job;
}

function evidence({ line, text }: Line, job: string): Evidence {
  return { line, text: redact(text.trim()), job };
}

function distinct(list: readonly Evidence[]): Evidence[] {
  // With the text: the lines of a message and of its stack both count from 1.
  return [...new Map(list.map((item) => [`${item.job}\n${item.line}\n${item.text}`, item])).values()];
}
