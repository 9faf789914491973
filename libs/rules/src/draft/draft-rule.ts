import type { Cause } from '@prunella/contracts';
import { domainOf } from '@prunella/core';
import { Document, isMap, isScalar, isSeq, Scalar, visit } from 'yaml';
import { chooseLine, type Sample, type TellingLine } from './choose-line.ts';

export type { Sample } from './choose-line.ts';

/** What a rule is to be drafted from. */
export interface DraftRequest {
  samples: readonly Sample[];
  cause: Exclude<Cause, 'unknown'>;
  /** Ids that other rules have. */
  taken: ReadonlySet<string>;
  /** Where it comes from, for the comment on top: one line each. */
  comment: readonly string[];
}

/** A rule that waits for a person's eyes, or why there is none. */
export type Draft =
  | {
      kind: 'drafted';
      ruleId: string;
      /** RE2; matches a line of every sample. */
      pattern: string;
      /** A pack with this one rule, as it can stand in a file. */
      yaml: string;
    }
  | { kind: 'impossible'; reason: string };

/** A person looks at it first; only then it may decide over others, and act. */
const CONFIDENCE = 0.7;
/** Whether the same thing passes again is not known; code does not change by itself. */
const TRANSIENT = { code: 0.05, test: 0.5, platform: 0.5, delivery: 0.2, unknown: 0.5 } as const;
const MOST_EXAMPLES = 8;
/** A rule's `says` and id end here. */
const LONGEST_QUOTE = 120;
const ID_WORDS = 5;
/** Keys whose texts are quoted. */
const QUOTED: ReadonlySet<unknown> = new Set(['log', 'match', 'says']);
const SMALL_WORDS = new Set(
  'the and for with from was were has have had not can could this that are its error failed failure fatal exception unable cannot could'.split(
    ' ',
  ),
);

/** Writes a rule from failures of one cluster. Same samples, same rule. */
export function draftRule(request: DraftRequest): Draft {
  const { samples, taken } = request;
  if (samples.length === 0) return { kind: 'impossible', reason: 'the cluster has no failures with evidence' };
  const line = chooseLine(samples);
  if (line === undefined) {
    const reason =
      'the failures share no line that speaks of an error and has at least 8 characters that are the same in all of them';
    return { kind: 'impossible', reason };
  }
  const ruleId = idOf(line.reads, taken);
  return { kind: 'drafted', ruleId, pattern: line.pattern, yaml: yamlOf(ruleId, line, request) };
}

/**
 * The cause that is suggested most, by the confidence of what else was considered in each failure.
 *
 * @param considered of each failure.
 * @returns undefined: nobody suggests any.
 */
export function suggestCause(
  considered: readonly (readonly { cause: Cause; confidence: number }[])[],
): Exclude<Cause, 'unknown'> | undefined {
  const sums = new Map<Exclude<Cause, 'unknown'>, number>();
  for (const { cause, confidence } of considered.flat()) {
    if (cause !== 'unknown' && confidence > 0) sums.set(cause, (sums.get(cause) ?? 0) + confidence);
  }
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}

function idOf(reads: string, taken: ReadonlySet<string>): string {
  const words = (reads.toLowerCase().match(/[a-z][a-z0-9]{2,30}/g) ?? []).filter((word) => !SMALL_WORDS.has(word));
  const id = [...new Set(words)].slice(0, ID_WORDS).join('-') || 'drafted';
  let free = id;
  for (let number = 2; taken.has(free); number += 1) free = `${id}-${number}`;
  return free;
}

function yamlOf(id: string, line: TellingLine, { cause, comment }: DraftRequest): string {
  const rule = {
    id,
    cause,
    says: `The log says: ${cut(line.reads)}`,
    match: { log: [line.pattern] },
    transient: TRANSIENT[domainOf(cause)],
    confidence: CONFIDENCE,
    action: { type: 'notify_human' },
    examples: { match: [...new Set(line.lines)].slice(0, MOST_EXAMPLES), no_match: [] },
  };
  const document = new Document({ rules: [rule] });
  document.commentBefore = comment.map((text) => ` ${text.replaceAll(/\s+/g, ' ')}`).join('\n');
  format(document);
  return document.toString({ lineWidth: 0 });
}

/** Patterns and log lines are full of YAML's own signs: they are quoted. A comment says what is to be filled in. */
function format(document: Document): void {
  visit(document, {
    Pair(_key, { key, value }) {
      if (!isScalar(key)) return;
      if (key.value === 'no_match') key.commentBefore = ' To fill in: lines of green logs that look like it.';
      if (!QUOTED.has(key.value) || isMap(value)) return;
      for (const item of isSeq(value) ? value.items : [value]) if (isScalar(item)) item.type = Scalar.QUOTE_SINGLE;
    },
  });
}

function cut(text: string): string {
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE - 1)}…`;
}
