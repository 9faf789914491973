import type { Line } from './lines.ts';
import { rank } from './salience.ts';
import type { Templates } from './templates.ts';

const ERROR_LIKE =
  /\b(?:error|errors|fail(?:ed|ure|ures|ing)?|fatal|panic|exception|traceback|cannot|could not|unable to|denied|refused|timed? ?out|killed|not found|no such|undefined|unexpected|abort(?:ed)?|segmentation|invalid|unauthorized|forbidden|not authorized|missing|unsupported|incompatible|unrecognized|mismatch|exceeded|expired|unavailable|unreachable)\b|\b[A-Z]\w{2,60}(?:Error|Exception)\b|^(?:E {3}|FAIL|✗|✕|×|--- FAIL)|\bE[A-Z]{4,14}\b/i;
const HARMLESS = /\b(?:0 (?:errors?|fail(?:ed|ures?)?)|no errors?|errors?: 0|fail(?:ed|ures?): 0|without errors?)\b/i;

/**
 * The lines of a log that a reader would look at, in their order: those that tell most about why it failed.
 *
 * @param options.maxLines default 60.
 * @param options.green templates of successful logs of the same job, when they are known.
 */
export function reduce(
  lines: readonly Line[],
  { maxLines = 60, green }: { maxLines?: number; green?: Templates } = {},
): Line[] {
  return rank(lines, green === undefined ? {} : { green })
    .slice(0, maxLines)
    .map(({ line }) => line)
    .sort((a, b) => a.line - b.line);
}

/** Says whether a line speaks of something that went wrong. */
export function isErrorLike({ text }: Line): boolean {
  return ERROR_LIKE.test(text) && !HARMLESS.test(text);
}
