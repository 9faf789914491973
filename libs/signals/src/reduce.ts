import { isExitMarker } from './exit-code.ts';
import type { Line } from './lines.ts';

const ERROR_LIKE =
  /\b(?:error|errors|fail(?:ed|ure|ures|ing)?|fatal|panic|exception|traceback|cannot|could not|unable to|denied|refused|timed? ?out|killed|not found|no such|undefined|unexpected|abort(?:ed)?|segmentation)\b|\b[A-Z]\w{2,60}(?:Error|Exception)\b|^(?:E {3}|FAIL|✗|✕|×|--- FAIL)|\bE[A-Z]{4,14}\b/i;
const HARMLESS = /\b(?:0 (?:errors?|fail(?:ed|ures?)?)|no errors?|errors?: 0|fail(?:ed|ures?): 0|without errors?)\b/i;

/** How many lines right before an exit are worth reading, at most: half of what is kept. */
const TAIL_SHARE = 0.5;

/**
 * The lines of a log that a reader would look at, in their order: where it says how it ended, the lines right before
 * that, and the lines that speak of errors (the first ones first: what follows is often their echo).
 *
 * @param options.maxLines default 60.
 */
export function reduce(lines: readonly Line[], { maxLines = 60 }: { maxLines?: number } = {}): Line[] {
  const written = lines.filter(({ text }) => text.trim() !== '');
  if (written.length <= maxLines) return written;
  const exit = written.findLastIndex(isExitMarker);
  const end = exit === -1 ? written.length : exit + 1;
  const tail = written.slice(Math.max(0, end - Math.ceil(maxLines * TAIL_SHARE)), end);
  const markers = written.filter(isExitMarker).slice(-3);
  const errors = written.filter(isErrorLike);
  const kept = new Set<Line>();
  for (const line of [...markers, ...tail, ...errors]) {
    if (kept.size >= maxLines) break;
    kept.add(line);
  }
  return [...kept].sort((a, b) => a.line - b.line);
}

/** Says whether a line speaks of something that went wrong. */
export function isErrorLike({ text }: Line): boolean {
  return ERROR_LIKE.test(text) && !HARMLESS.test(text);
}
