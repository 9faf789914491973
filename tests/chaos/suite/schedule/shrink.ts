/** What a search came to. */
export interface Shrunk<T> {
  /** In the order in which they were given. */
  smallest: T[];
  /** How often it was tried. */
  tries: number;
  /** Whether none of them can be left out; false: there was no time to find out. */
  isMinimal: boolean;
}

/**
 * Delta debugging: leaves out what is not needed for the failure, ever smaller parts of it (A. Zeller, R. Hildebrandt: Simplifying and Isolating Failure-Inducing Input,
 * IEEE TSE 28(2), 2002; the variant that only reduces to complements). What fails only sometimes is taken for needed when it did not fail once: the answer still fails, it may
 * only be larger than it must.
 *
 * @param fails whether these alone still fail. It did for all of them.
 * @param hasTime asked before each try.
 */
export async function shrink<T>(
  all: readonly T[],
  fails: (some: readonly T[]) => Promise<boolean>,
  hasTime: () => boolean,
): Promise<Shrunk<T>> {
  let smallest = [...all];
  let tries = 0;
  let parts = Math.min(2, smallest.length);
  while (smallest.length > 0) {
    const found = await smaller(smallest, parts);
    if (found === 'no time') return { smallest, tries, isMinimal: false };
    if (found !== undefined) {
      smallest = found;
      parts = Math.min(Math.max(parts - 1, 2), smallest.length);
    } else if (parts >= smallest.length) break;
    else parts = Math.min(parts * 2, smallest.length);
  }
  return { smallest, tries, isMinimal: true };

  async function smaller(from: readonly T[], into: number): Promise<T[] | 'no time' | undefined> {
    for (let part = 0; part < into; part += 1) {
      const [begin, end] = [part, part + 1].map((n) => Math.floor((n * from.length) / into));
      const rest = from.filter((_, index) => index < (begin ?? 0) || index >= (end ?? 0));
      if (!hasTime()) return 'no time';
      tries += 1;
      if (await fails(rest)) return rest;
    }
    return undefined;
  }
}
