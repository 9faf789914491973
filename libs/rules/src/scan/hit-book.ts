import type { Line } from '@prunella/signals';
import { MAX_LINES } from '../match-rules.ts';
import type { Rule } from '../schema.ts';
import type { RuleHits } from './scanned-log.ts';

/** What was found for each rule. */
export class HitBook {
  readonly #hits = new Map<number, { count: number; first: Line[]; last: Line[] }>();

  /** Lines have to come in ascending order for each rule. Gives how many there are now. */
  add(rule: number, line: Line): number {
    const hit = this.#hits.get(rule) ?? { count: 0, first: [], last: [] };
    this.#hits.set(rule, hit);
    hit.count += 1;
    if (hit.first.length < MAX_LINES) hit.first.push(line);
    else hit.last.push(line);
    if (hit.last.length > MAX_LINES) hit.last.shift();
    return hit.count;
  }

  /** @param tailFrom the number of the tail's first line. */
  all(rules: readonly Rule[], capped: ReadonlyMap<number, number>, tailFrom: number): RuleHits[] {
    return rules.flatMap((rule, number): RuleHits[] => {
      const hit = this.#hits.get(number);
      if (hit === undefined) return [];
      const isCapped = capped.has(number);
      const last = isCapped ? hit.last.filter(({ line }) => line >= tailFrom) : hit.last;
      return [{ rule, count: hit.count, first: hit.first, last, capped: isCapped }];
    });
  }
}
