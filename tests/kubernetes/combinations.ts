/** One choice for each switch, by its name. */
export type Combination<S extends Record<string, readonly unknown[]>> = { [name in keyof S]: number };

/**
 * Combinations in which each option of each switch meets each option of every other one: most mistakes need no more than two of them. Always the
 * same ones. As in AETG: the pair that is missing first, then for each other switch the option that brings most missing pairs.
 */
export function pairwise<S extends Record<string, readonly unknown[]>>(switches: S): Combination<S>[] {
  const names = Object.keys(switches).sort((a, b) => (switches[b]?.length ?? 0) - (switches[a]?.length ?? 0));
  const pair = (a: string, i: number, b: string, j: number) => (a < b ? `${a}=${i}&${b}=${j}` : `${b}=${j}&${a}=${i}`);
  const missing = new Set<string>();
  const options = (name: string) => [...(switches[name] ?? []).keys()];
  for (const a of names) for (const b of names) if (a < b) for (const i of options(a)) for (const j of options(b)) missing.add(pair(a, i, b, j));
  const found: Combination<S>[] = [];
  while (missing.size > 0) {
    const [first = ''] = missing;
    const chosen: Record<string, number> = Object.fromEntries(
      first.split('&').map((part) => [part.split('=')[0], Number(part.split('=')[1])]),
    );
    for (const name of names) {
      if (chosen[name] !== undefined) continue;
      const gain = (option: number) =>
        Object.entries(chosen).filter(([other, theirs]) => missing.has(pair(name, option, other, theirs))).length;
      chosen[name] = options(name).reduce((best, option) => (gain(option) > gain(best) ? option : best), 0);
    }
    for (const a of names) for (const b of names) if (a < b) missing.delete(pair(a, chosen[a] ?? 0, b, chosen[b] ?? 0));
    found.push(chosen as Combination<S>);
  }
  return found;
}
