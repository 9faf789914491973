import { z } from 'zod';
import type { PackText } from '../builtin.ts';
import { readPackSource } from '../pack-source.ts';
import { RulePackError } from '../rule-pack-error.ts';

const Ids = z.looseObject({ rules: z.array(z.looseObject({ id: z.string().catch('') }).catch({ id: '' })).catch([]) });

/** The ids of all rules in some packs, as far as they can be read; whether the rules are sound is not looked at. */
export function takenIds(packs: readonly PackText[]): ReadonlySet<string> {
  return new Set(packs.flatMap(idsOf).filter((id) => id !== ''));
}

function idsOf({ name, yaml }: PackText): string[] {
  try {
    const read = Ids.safeParse(readPackSource(name, yaml).content);
    return (read.data?.rules ?? []).map(({ id }) => id);
  } catch (error) {
    if (error instanceof RulePackError) return [];
    throw error;
  }
}
