/** The candidate at the smallest edit distance, when that is at most a third of its length; else undefined. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  return candidates
    .map((candidate) => ({ candidate, edits: editsBetween(name, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .reduce<{ candidate: string; edits: number } | undefined>(
      (best, next) => (best === undefined || next.edits < best.edits ? next : best),
      undefined,
    )?.candidate;
}

/** Insertions, deletions and replacements that make one name of the other; row by row. */
function editsBetween(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from.slice(0, 100)].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (above[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[to.length] ?? from.length;
}
