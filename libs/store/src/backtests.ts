import { storable } from './json.ts';
import type { Transaction } from './store.ts';

/** A backtest as it is kept. */
export interface KeptBacktest {
  id: string;
  startedAt: Date;
  /** null: it runs. */
  endedAt: Date | null;
  state: string;
  /** Events that were played. */
  events: number;
  /** 0..1 */
  share: number;
  problem: string | null;
  /** What was asked for; JSON. */
  plan: unknown;
  /** Sums of the policy that was tried; null: there is no report. */
  totals: unknown;
  /** Sums of what it was compared with; null: there is none. */
  againstTotals: unknown;
  /** JSON; null: it is not done, or was not asked for. */
  report: unknown;
}

/** One that is kept, as another replica sees it. */
export interface FoundBacktest extends KeptBacktest {
  /** It is said to run, and who runs it has not been heard of for a minute. */
  isLost: boolean;
}

const COLUMNS = `id, started_at AS "startedAt", ended_at AS "endedAt", state, events, share, problem, plan, totals,
  against_totals AS "againstTotals", state = 'running' AND seen_at < now() - interval '1 minute' AS "isLost"`;

/** Writes down how far it is. What has ended stays as it is. @returns false: it had ended before. */
export async function keepBacktest(manager: Transaction, kept: KeptBacktest): Promise<boolean> {
  const { id, startedAt, endedAt, state, events, share, problem, plan } = kept;
  const sums = [kept.totals, kept.againstTotals, kept.report].map((json) => (json === null ? null : storable(json)));
  const rows = await manager.query<{ id: string }[]>(
    `INSERT INTO backtests (id, started_at, seen_at, ended_at, state, events, share, problem, plan, totals, against_totals, report)
     VALUES ($1, $2, now(), $3, $4, $5, $6, $7, $8, $9, $10, $11)
     ON CONFLICT (id) DO UPDATE SET seen_at = now(), ended_at = excluded.ended_at, state = excluded.state, events = excluded.events,
       share = excluded.share, problem = excluded.problem, totals = excluded.totals, against_totals = excluded.against_totals, report = excluded.report
     WHERE backtests.state = 'running' RETURNING id`,
    [id, startedAt, endedAt, state, events, share, problem, storable(plan), ...sums],
  );
  return rows.length > 0;
}

/** The newest first, without their reports. */
export async function listBacktests(manager: Transaction, limit: number): Promise<FoundBacktest[]> {
  return await manager.query<FoundBacktest[]>(
    `SELECT ${COLUMNS}, NULL AS report FROM backtests ORDER BY started_at DESC, id LIMIT $1`,
    [limit],
  );
}

export async function findBacktest(manager: Transaction, id: string): Promise<FoundBacktest | undefined> {
  const [found] = await manager.query<FoundBacktest[]>(`SELECT ${COLUMNS}, report FROM backtests WHERE id = $1`, [id]);
  return found;
}

/** Says that it is to stop; who runs it will see it. What has ended stays as it is. */
export async function cancelBacktest(manager: Transaction, id: string, at: Date): Promise<void> {
  await manager.query(`UPDATE backtests SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND state = 'running'`, [
    id,
    at,
  ]);
}

/** Keeps the newest ones only. */
export async function forgetBacktests(manager: Transaction, most: number): Promise<void> {
  await manager.query(
    'DELETE FROM backtests WHERE id IN (SELECT id FROM backtests ORDER BY started_at DESC, id OFFSET $1)',
    [most],
  );
}
