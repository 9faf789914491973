import type { Kept, Records } from './records.ts';

/** Healing attempts that an incident has spent, by order key. */
export interface Spent {
  keys: string[];
}

/**
 * Decides under the budget of an incident: `decision` gets how many attempts other orders have spent, and says whether it spends one. Two
 * replicas deciding at once see each other; the same key again spends nothing more.
 *
 * @param found what was spent a moment ago; undefined: nothing.
 */
export async function withBudget<T>(
  bucket: Records<Spent>,
  incident: string,
  key: string,
  found: Kept<Spent> | undefined,
  decision: (spentByOthers: number) => Promise<{ value: T; spends: boolean }>,
): Promise<T> {
  for (let entry = found; ; entry = await bucket.get(incident)) {
    const keys = entry?.value.keys ?? [];
    const { value, spends } = await decision(keys.filter((other) => other !== key).length);
    if (!spends || keys.includes(key)) return value;
    const next = { keys: [...keys, key] };
    const revision =
      entry === undefined ? await bucket.create(incident, next) : await bucket.update(incident, next, entry.revision);
    if (revision !== undefined) return value;
  }
}
