import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Makes and drops partitions of events by functions that run with the rights of the tables' owner: so the auditor's own role needs none to create, alter
 * or drop a table, and can do no more than this (ADR 0043). What is not a partition of events, the functions refuse.
 */
export class PartitionUpkeep1796600000000 implements MigrationInterface {
  readonly name = 'PartitionUpkeep1796600000000';

  async up(runner: QueryRunner): Promise<void> {
    const [{ schema }]: [{ schema: string }] = await runner.query('SELECT quote_ident(current_schema()) AS schema');
    // Temporary tables last: nobody can put one of their own in the place of ours.
    const asOwner = `LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp`;
    await runner.query(`
      CREATE FUNCTION prunella_make_partition(parent text, part text, since timestamptz, until timestamptz) RETURNS void ${asOwner} AS $body$
      BEGIN
        IF parent NOT IN ('events_lasting', 'events_passing') OR part !~ ('^' || parent || '_[0-9]{4}[mq][0-9]{1,2}$') THEN
          RAISE EXCEPTION 'expected a partition of events, found % of %', part, parent USING ERRCODE = 'insufficient_privilege';
        END IF;
        -- Filled before it is attached: only that locks out readers, and of nothing but the events that found no partition.
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_other');
        EXECUTE format('WITH moved AS (DELETE FROM %I WHERE time >= $1 AND time < $2 RETURNING *) INSERT INTO %I SELECT * FROM moved', parent || '_other', part)
          USING since, until;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, since, until);
      END $body$;

      CREATE FUNCTION prunella_drop_partition(part text) RETURNS void ${asOwner} AS $body$
      BEGIN
        IF part !~ '^events_(lasting|passing)_[0-9]{4}[mq][0-9]{1,2}$' OR NOT EXISTS (
          SELECT FROM pg_inherits WHERE inhrelid = to_regclass(quote_ident(part)) AND inhparent IN ('events_lasting'::regclass, 'events_passing'::regclass)
        ) THEN
          RAISE EXCEPTION 'expected a partition of events, found %', part USING ERRCODE = 'insufficient_privilege';
        END IF;
        EXECUTE format('DROP TABLE %I', part);
      END $body$;

      REVOKE ALL ON FUNCTION prunella_make_partition(text, text, timestamptz, timestamptz) FROM PUBLIC;
      REVOKE ALL ON FUNCTION prunella_drop_partition(text) FROM PUBLIC;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP FUNCTION prunella_drop_partition(text); DROP FUNCTION prunella_make_partition(text, text, timestamptz, timestamptz)',
    );
  }
}
