import type { BacktestReport, NamedPolicy } from '@prunella/backtest';

/** What a backtest is to do; survives the way into another thread. Times in ms since the epoch. */
export interface Plan {
  databaseUrl: string;
  policy: NamedPolicy;
  against?: NamedPolicy;
  from: number;
  to: number;
  judgeWithinMs: number;
  /** How many cases a list of the report has, at most. */
  cases: number;
}

/** What the thread tells. */
export type Word =
  | { kind: 'progress'; events: number; share: number }
  | { kind: 'done'; report: BacktestReport }
  | { kind: 'failed'; problem: string };
