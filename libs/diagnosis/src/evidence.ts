import type { Evidence, Failure } from '@prunella/contracts';
import { isErrorLike, isExitMarker, type Line, redact, reduce } from '@prunella/signals';
import type { Candidate } from './candidate.ts';
import type { JobLines } from './propose.ts';

/** More lines than these are not read by anybody. */
const MOST = 10;
/** How far around the decisive line other lines belong to it. */
const BEFORE = 3;
const AFTER = 12;
/** A message can be long; the first lines say it. */
const MESSAGE_LINES = 3;

/**
 * The lines that speak for a candidate, decisive one first, redacted, at most ten. Without a line of its own, what the
 * publisher said; without that, the lines of the logs that speak of errors.
 */
export function evidenceOf(candidate: Candidate, logs: readonly JobLines[], error: Failure | undefined): Evidence[] {
  const [decisive] = candidate.lines;
  const matched = candidate.lines.map((line) => evidence(line, line.source === 'error' ? '' : (line.job ?? '')));
  const around =
    decisive?.source === 'log'
      ? neighbours(
          decisive,
          logs.find(({ job }) => job === decisive.job),
        )
      : [];
  const all = [...matched, ...around];
  return distinct(all.length > 0 ? all : unexplained(logs, error)).slice(0, MOST);
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

function evidence({ line, text }: Line, job: string): Evidence {
  return { line, text: redact(text.trim()), job };
}

function distinct(list: readonly Evidence[]): Evidence[] {
  return [...new Map(list.map((item) => [`${item.job}\n${item.line}`, item])).values()];
}
