import type { Evidence, Excerpt, Passage } from '@prunella/contracts';
import { type Line, redact } from '@prunella/signals';
import type { JobReading } from './reading.ts';

/** So many lines before each piece of evidence belong to it, and so many after it: what led to it is longer than what it led to. */
const BEFORE = 20;
const AFTER = 10;
/** A line is cut after so many characters here; evidence has it whole. */
const LONGEST = 400;
/**
 * So much text is kept of one failure, in bytes of UTF-8. It travels with the diagnosis (NATS takes 1 MB) and stays with it as long as the incident does:
 * a log is gone from its platform after 30 to 90 days, and what a person reads a year later is this. Postgres keeps what is longer than 2 KB apart and packed, about
 * 2 KB of these 8: a million failures are 2 GB beside some 10 GB of other events. Twice as much would double that and be read by nobody: 8 KB are two screens.
 */
export const MOST_BYTES = 8 * 1024;
const utf8 = new TextEncoder();
/** What a line takes beside its text. */
const OVERHEAD = 4;

/**
 * What stands in the logs around the evidence, redacted: each of its lines first, then what is nearest to the decisive one, then to the others, until there is no room.
 * Evidence that stands in no log (a reported error, an annotation) has nothing around it.
 */
export function excerptsOf(evidence: readonly Evidence[], logs: readonly JobReading[]): Excerpt[] {
  const places = evidence.map((item) => placeOf(item, logs)).filter((place) => place !== undefined);
  const kept = new Map<JobReading, Map<number, Line>>();
  let left = MOST_BYTES;
  for (const { log, index } of [...places, ...places.flatMap(around)]) {
    const { line, text } = log.lines[index] as Line;
    const known = kept.get(log) ?? new Map<number, Line>();
    if (known.has(line)) continue;
    const shown = redact(text).slice(0, LONGEST).toWellFormed();
    left -= utf8.encode(shown).length + OVERHEAD;
    if (left < 0) break;
    kept.set(log, known.set(line, { line, text: shown }));
  }
  return [...kept].map(([{ job, totalLines }, lines]) => ({
    job,
    url: '',
    totalLines,
    passages: passagesOf([...lines.values()]),
  }));
}

/** Where a line stands: in which log, and at which place of what was read of it. */
interface Place {
  log: JobReading;
  index: number;
}

function placeOf({ job, line, text }: Evidence, logs: readonly JobReading[]): Place | undefined {
  const log = logs.find((reading) => reading.job === job);
  // Annotations have numbers of their own: the same number with another text is another line.
  const index = log?.lines.findIndex((one) => one.line === line && redact(one.text.trim()) === text) ?? -1;
  return log === undefined || index < 0 ? undefined : { log, index };
}

/** The places around one, the nearest first, and of those as near the one before. */
function around({ log, index }: Place): Place[] {
  const centre = log.lines[index]?.line ?? 0;
  const found: Place[] = [];
  for (let distance = 1; distance <= BEFORE; distance += 1) {
    const near = [index - distance, ...(distance <= AFTER ? [index + distance] : [])];
    for (const at of near) {
      const line = log.lines[at]?.line;
      // Of a log that was too large only some lines were read.
      if (line !== undefined && line >= centre - BEFORE && line <= centre + AFTER) found.push({ log, index: at });
    }
  }
  return found;
}

function passagesOf(lines: readonly Line[]): Passage[] {
  const passages: Passage[] = [];
  for (const { line, text } of lines.toSorted((a, b) => a.line - b.line)) {
    const last = passages.at(-1);
    if (last !== undefined && last.line + last.texts.length === line) last.texts.push(text);
    else passages.push({ line, texts: [text] });
  }
  return passages;
}
