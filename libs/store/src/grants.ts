import type { QueryRunner } from 'typeorm';

/**
 * The tables whose rows are read and written at run time; the grants of a partitioned one hold for its partitions. By name, not by who owns them: their
 * owner may have tables of other applications beside them, or be a group that whoever migrates is a member of. All others are nobody's at run time.
 */
export const RUNTIME_TABLES = [
  'api_changes',
  'backtests',
  'confidence',
  'confidence_days',
  'debt_entries',
  'debts',
  'decisions',
  'events',
  'events_lasting',
  'events_lasting_other',
  'events_passing',
  'events_passing_other',
  'healings',
  'incidents',
  'joins',
  'outbox',
  'quarantine',
  'quarantine_results',
  'standing_changes',
  'test_reports',
  'tests',
] as const;

/**
 * Gives a role what the auditor needs at run time: to read and write rows of our tables, and to call the functions that look after partitions. Not to
 * create, alter, drop or truncate a table, nor to write which migrations have run. The same again changes nothing.
 */
export async function grantRuntimeRights(runner: QueryRunner, role: string): Promise<void> {
  const [{ schema, grantee }]: [{ schema: string; grantee: string }] = await runner.query(
    'SELECT quote_ident(current_schema()) AS schema, quote_ident($1) AS grantee',
    [role],
  );
  const tables = RUNTIME_TABLES.map((name) => `${schema}.${name}`).join(', ');
  // Identity columns need no right on their sequences.
  await runner.query(`
    GRANT USAGE ON SCHEMA ${schema} TO ${grantee};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO ${grantee};
    GRANT SELECT ON ${schema}.migrations TO ${grantee};
    GRANT EXECUTE ON FUNCTION ${schema}.prunella_make_partition(text, text, timestamptz, timestamptz) TO ${grantee};
    GRANT EXECUTE ON FUNCTION ${schema}.prunella_drop_partition(text) TO ${grantee};
  `);
}
