import { type Candidate, candidatesIn, failureOf, readLog } from '@prunella/diagnosis';
import type { Failure } from '@prunella/model';
import type { RuleSet } from '@prunella/rules';
import type { Item } from './datasets.ts';

/** A labelled log with what is learnt from it; the log itself is not kept. */
export interface Studied {
  item: Item;
  failure: Failure;
  /** What rules say about its text. */
  found: readonly Candidate[];
  /** The places of their lines among all by how much they tell. */
  places: ReadonlyMap<number, number>;
}

export function study(item: Item, rules: RuleSet): Studied {
  const reading = readLog({ job: '', text: item.text(), firstLine: 1 });
  const found = candidatesIn(reading, rules, {}).filter(({ lines }) => lines.length > 0);
  const kept = new Set(found.flatMap(({ lines }) => lines.map(({ line }) => line)));
  return {
    item,
    failure: failureOf(reading, {}),
    found,
    places: new Map([...reading.places].filter(([line]) => kept.has(line))),
  };
}
