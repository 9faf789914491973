import type { QueryRunner } from 'typeorm';

/** No such extension on this server, or no right to create it. */
const NOT_TO_BE_HAD = ['0A000', '58P01', '42501'];

/**
 * Makes the indexes of what is searched by parts of words, where the server has trigrams (`pg_trgm` comes with PostgreSQL; a server of somebody else may lack
 * it, or leave it to its administrator).
 *
 * @returns false: there are none; searching looks through all rows.
 */
export async function ensureSearchIndexes(runner: QueryRunner): Promise<boolean> {
  // Whoever may not make them need not ask for it.
  const [{ there }]: [{ there: boolean }] = await runner.query(
    "SELECT to_regclass('incidents_search') IS NOT NULL AND to_regclass('tests_search') IS NOT NULL AS there",
  );
  if (there) return true;
  try {
    await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  } catch (error) {
    if (!NOT_TO_BE_HAD.includes(codeOf(error))) throw error;
    return false;
  }
  await runner.query(`
    CREATE INDEX IF NOT EXISTS incidents_search ON incidents USING gin (search gin_trgm_ops);
    CREATE INDEX IF NOT EXISTS tests_search ON tests USING gin (lower(classname || ' ' || name || ' ' || file) gin_trgm_ops);
  `);
  return true;
}

function codeOf(error: unknown): string {
  return String((error as { driverError?: { code?: unknown } }).driverError?.code ?? '');
}

/** The shortest text of which there are trigrams. */
export const SHORTEST_INDEXED = 3;

/** A pattern for LIKE that holds the text itself, in lower case. */
export function containing(text: string): string {
  return `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
}
