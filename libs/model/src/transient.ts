import type { Cause } from '@prunella/contracts';
import { domainOf } from '@prunella/core';
import type { Example } from './failure.ts';

/** What is believed before anything was seen, by the cause's domain, and how many failures that is worth. */
const BELIEVED = { code: 0.05, test: 0.8, platform: 0.5, delivery: 0.2, unknown: 0.3 } as const;
const WORTH = 4;

/**
 * How often a failure of each cause passes again without a change: the mean over examples of which it is known, each
 * group with the root of its number, pulled towards what is usual for the cause's domain.
 *
 * @param start a model whose rates are believed instead of what is usual, as far as it knows the cause.
 */
export function transientRates(
  examples: readonly Example[],
  causes: readonly Cause[],
  start?: { causes: readonly Cause[]; transient: readonly number[] },
): number[] {
  const groups = Map.groupBy(examples, ({ group }) => group);
  return causes.map((cause) => {
    let sum = WORTH * (start?.transient[start.causes.indexOf(cause)] ?? BELIEVED[domainOf(cause)]);
    let total = WORTH;
    for (const example of examples) {
      if (example.cause !== cause || example.transient === undefined) continue;
      const weight = (example.weight ?? 1) / Math.sqrt(groups.get(example.group)?.length ?? 1);
      sum += weight * example.transient;
      total += weight;
    }
    return sum / total;
  });
}
