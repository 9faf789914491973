import { normalise } from '@prunella/signals';
import { type Generalised, generalise } from './generalise.ts';

/** One failure of a cluster. */
export interface Sample {
  incidentId: string;
  /** Lines that speak for it, most telling first, redacted. */
  evidence: readonly string[];
}

/** A line that all samples have, and the pattern for it. */
export interface TellingLine extends Generalised {
  /** How each sample spells it. */
  lines: readonly string[];
}

/** What failed and not why; the cause stands elsewhere. */
const GENERIC =
  /^(?:error: |fatal: |> )?(?:the )?(?:build|job|task|command|process|step|script|pipeline|tests?|run|execution)\b.{0,60}\b(?:fail(?:ed|ure)|exited|returned)|\b(?:see|complete|full|more) (?:the )?(?:log|output|details)\b(?: for (?:more |the )?(?:details|information|output)\b)?/;
/** A line with fewer letters beside that is about any failure. */
const LEAST_LETTERS = 8;
/** What the diagnoser put on top made these failures one cluster. */
const ON_TOP = 25;
const AS_GOOD_AS_IT_GETS = 80;

/** The most telling line that all samples share; undefined: they share none that a rule could be about. */
export function chooseLine(samples: readonly Sample[]): TellingLine | undefined {
  const [first, ...others] = samples.map(({ evidence }) => byMeaning(evidence));
  const choices = [...(first ?? [])].flatMap(([meaning, line], rank) => {
    const lines = [line, ...others.flatMap((each) => each.get(meaning) ?? [])];
    if (lines.length < samples.length || isAboutAny(meaning)) return [];
    const found = generalise(lines);
    return found === undefined ? [] : [{ ...found, lines, worth: worthOf(found, meaning, rank) }];
  });
  const [best] = choices.sort((a, b) => b.worth - a.worth);
  if (best === undefined) return undefined;
  const { worth, ...chosen } = best;
  return chosen;
}

/** The first line of each meaning, in their order. */
function byMeaning(evidence: readonly string[]): Map<string, string> {
  const lines = new Map<string, string>();
  for (const line of evidence.map((each) => each.trim())) {
    const meaning = normalise(line);
    if (line !== '' && !lines.has(meaning)) lines.set(meaning, line);
  }
  return lines;
}

function isAboutAny(meaning: string): boolean {
  return GENERIC.test(meaning) && meaning.replace(GENERIC, '').replaceAll(/[^\p{L}]/gu, '').length < LEAST_LETTERS;
}

function worthOf({ letters }: Generalised, meaning: string, rank: number): number {
  return Math.min(letters, AS_GOOD_AS_IT_GETS) + (rank === 0 ? ON_TOP : 0) - (GENERIC.test(meaning) ? 100 : 0);
}
