import type { Rule } from '../schema.ts';
import type { Note } from './finding.ts';

/**
 * The patterns of a rule that can't decide anything, because a stronger rule has the same one. When it has no other,
 * the rule is useless.
 */
export function shadowsOver(rule: Rule, all: readonly Rule[]): Note[] {
  const stronger = all.filter((other) => other.id !== rule.id && beats(other, rule));
  const shadowed = (['log', 'error_type'] as const).flatMap((kind) =>
    rule.match[kind].flatMap((pattern, index) => {
      const winner = stronger.find(({ match }) => match[kind].includes(pattern));
      return winner === undefined ? [] : [{ at: ['match', kind, index], winner }];
    }),
  );
  const useless = shadowed.length === rule.match.log.length + rule.match.error_type.length;
  const severity = useless ? 'problem' : 'warning';
  return [
    ...shadowed.map(({ at, winner }): Note => {
      const says = `expected a pattern that can decide, found the one of ${winner.id}, which wins (confidence ${winner.confidence} against ${rule.confidence})`;
      return { at, severity, check: 'shadowed', says };
    }),
    ...repeated(rule),
  ];
}

/** Wherever the other rule matches with the same pattern, the first one does as well, and stands before it. */
function beats(first: Rule, other: Rule): boolean {
  if (Object.keys(first.metrics).length > 0) return false;
  if (!first.exclude.every((pattern) => other.exclude.includes(pattern))) return false;
  return first.confidence > other.confidence || (first.confidence === other.confidence && first.id < other.id);
}

function repeated({ match }: Rule): Note[] {
  return (['log', 'error_type'] as const).flatMap((kind) =>
    match[kind].flatMap((pattern, index): Note[] =>
      match[kind].indexOf(pattern) === index
        ? []
        : [
            {
              at: ['match', kind, index],
              severity: 'warning',
              check: 'shadowed',
              says: 'expected each pattern once, found it again',
            },
          ],
    ),
  );
}
