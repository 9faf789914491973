import type { QueryRunner } from 'typeorm';

/** Who came first: what of our tables may only be read at run time. */
const READ_ONLY = 'migrations';

/**
 * Gives a role what the auditor needs at run time, on the tables of the role that asks for it: to read and write rows, and to call the functions that
 * look after partitions. Not to create, alter, drop or truncate a table, nor to write which migrations have run. The same again changes nothing.
 */
export async function grantRuntimeRights(runner: QueryRunner, role: string): Promise<void> {
  const [{ schema, grantee }]: [{ schema: string; grantee: string }] = await runner.query(
    'SELECT quote_ident(current_schema()) AS schema, quote_ident($1) AS grantee',
    [role],
  );
  const tables: { name: string }[] = await runner.query(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user`,
  );
  const sequences: { name: string }[] = await runner.query(
    `SELECT quote_ident(sequencename) AS name FROM pg_sequences WHERE schemaname = current_schema() AND sequenceowner = current_user`,
  );
  const qualified = (rows: { name: string }[]) => rows.map(({ name }) => `${schema}.${name}`).join(', ');
  const written = tables.filter(({ name }) => name !== READ_ONLY);
  await runner.query(`
    GRANT USAGE ON SCHEMA ${schema} TO ${grantee};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${qualified(written)} TO ${grantee};
    GRANT SELECT ON ${schema}.${READ_ONLY} TO ${grantee};
    GRANT EXECUTE ON FUNCTION ${schema}.prunella_make_partition(text, text, timestamptz, timestamptz) TO ${grantee};
    GRANT EXECUTE ON FUNCTION ${schema}.prunella_drop_partition(text) TO ${grantee};
    ${sequences.length > 0 ? `GRANT USAGE, SELECT ON SEQUENCE ${qualified(sequences)} TO ${grantee};` : ''}
  `);
}
