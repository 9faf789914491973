import type { Ledger } from '../ledger/ledger.ts';
import type { Promised } from '../load/promised.ts';
import { budgets, codeIsLeftAlone, modes, onlyWhatFailed, storms } from './bounds.ts';
import type { Check, Violation } from './check.ts';
import { countedOnce, oneEffect, toldOnce } from './effects.ts';
import { finalState, stillHeals, trueOutcome } from './endings.ts';
import { deadLetters, drained, reportsKept, taken, webhooksKept } from './messages.ts';
import { alive, ends, memory, noDeaths, platformRules } from './processes.ts';
import { rests } from './rests.ts';

/** All that has to hold. */
export const checks: readonly Check[] = [
  ...[taken, webhooksKept, reportsKept, deadLetters, drained],
  ...[finalState, trueOutcome, stillHeals],
  ...[oneEffect, toldOnce, countedOnce],
  ...[onlyWhatFailed, codeIsLeftAlone, budgets, modes, storms, rests],
  ...[alive, noDeaths, memory, ends, platformRules],
];

/** Everything that does not hold. */
export function violationsIn(ledger: Ledger, promised: Promised, when?: Check['when']): Violation[] {
  return checks
    .filter((check) => when === undefined || check.when === when)
    .flatMap(({ id, broken }) => broken(ledger, promised).map((says) => ({ check: id, says })));
}
