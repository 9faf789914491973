/**
 * Whether a glob matches the whole text: `*` any characters but `/`, `**` any characters, `?` one character but `/`;
 * everything else is itself. Takes time in proportion to text times pattern, whatever the pattern.
 */
export function globMatches(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\*\*+|[\s\S]/g) ?? [];
  let reached = withSkips(tokens, new Set([0]));
  for (const character of text.match(/[\s\S]/g) ?? []) {
    const next = new Set<number>();
    for (const position of reached) {
      const token = tokens[position];
      if (token === undefined || !accepts(token, character)) continue;
      next.add(isStar(token) ? position : position + 1);
    }
    if (next.size === 0) return false;
    reached = withSkips(tokens, next);
  }
  return reached.has(tokens.length);
}

function isStar(token: string): boolean {
  return token.startsWith('*');
}

function accepts(token: string, character: string): boolean {
  if (token.startsWith('**')) return true;
  return token === '*' || token === '?' ? character !== '/' : token === character;
}

/** Adds the positions behind stars, which may also match nothing. Positions are added in order, so one pass is enough. */
function withSkips(tokens: readonly string[], positions: Set<number>): Set<number> {
  for (const position of positions) {
    if (isStar(tokens[position] ?? '')) positions.add(position + 1);
  }
  return positions;
}
