import { setImmediate as breathe } from 'node:timers/promises';
import type { Clock } from '@prunella/core';
import { compileRules, createScanner, type RulePack } from '@prunella/rules';

/** A line of a green log that a rule matches although it should not. */
export interface GreenHit {
  /** Id of the green log. */
  log: string;
  /** Counts from 1 in what is kept of the log. */
  line: number;
  text: string;
}

/** What one rule says on green logs. */
export interface TriedRule {
  id: string;
  /** How many green logs it was tried on. */
  logs: number;
  /** In how many of them it matches something. */
  logsHit: number;
  /** The first ones, at most `MOST_HITS`. */
  hits: GreenHit[];
}

export interface Trial {
  /** How many green logs were read. */
  logs: number;
  /** False: time ran out before all green logs were read. */
  complete: boolean;
  /** In the order of the pack. */
  rules: TriedRule[];
}

/** So many hits of a rule are told, and of each log so many. */
const MOST_HITS = 20;
const MOST_HITS_OF_A_LOG = 3;
const LONGEST_TEXT = 500;
/** So much is scanned before others get their turn. */
const SLICE_BYTES = 512 * 1024;

/** Shows green logs to the rules of a pack, each rule for itself. Logs come one by one; nothing of them is kept but hits. */
export async function tryRules(
  pack: RulePack,
  logs: AsyncIterable<{ id: string; text: string }>,
  { clock, withinMs }: { clock: Clock; withinMs: number },
): Promise<Trial> {
  const scanner = createScanner(compileRules([pack]));
  const rules = new Map(pack.rules.map(({ id }): [string, TriedRule] => [id, { id, logs: 0, logsHit: 0, hits: [] }]));
  const deadline = clock.now() + withinMs;
  let read = 0;
  let complete = true;
  for await (const { id, text } of logs) {
    if (clock.now() >= deadline) {
      complete = false;
      break;
    }
    const scan = scanner.begin();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      scan.write(bytes.subarray(at, at + SLICE_BYTES));
      await breathe();
    }
    for (const { rule, first } of scan.end().hits) {
      const tried = rules.get(rule.id) as TriedRule;
      tried.logsHit += 1;
      for (const { line, text: said } of first.slice(0, MOST_HITS_OF_A_LOG)) {
        if (tried.hits.length < MOST_HITS) tried.hits.push({ log: id, line, text: said.slice(0, LONGEST_TEXT) });
      }
    }
    read += 1;
  }
  return { logs: read, complete, rules: [...rules.values()].map((rule) => ({ ...rule, logs: read })) };
}
