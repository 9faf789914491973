import type { RE2JS } from 're2js';

/** Enough for all rules that come along (287 kinds among 280,000 instructions); texts of others may not make it grow for ever. */
const MOST = 2_000;
/** Longer ones are rare, and cost more to compare than they take. */
const LONGEST = 16;

const known = new Map<string, Int32Array>();

/** What of a compiled pattern is reached into: re2js 2.10.0 has no other way to it. Only the compiler writes there, matching reads. */
interface Program {
  re2Input?: { prog?: { inst?: { runes?: Int32Array }[] } };
}

/**
 * Lets instructions of the same characters share them. re2js gives each one an array of its own, the empty one as well, which is half of what a compiled pattern
 * takes: all built-in rules were 60 MB, and are 35 (docs/adr/0028-memory-that-nobody-uses.md).
 *
 * @returns the pattern itself
 */
export function shareCharacters(pattern: RE2JS): RE2JS {
  for (const instruction of (pattern as unknown as Program).re2Input?.prog?.inst ?? []) {
    const { runes } = instruction;
    if (runes === undefined || runes.length > LONGEST) continue;
    const key = runes.join();
    const same = known.get(key);
    if (same !== undefined) instruction.runes = same;
    else if (known.size < MOST) known.set(key, runes);
  }
  return pattern;
}
