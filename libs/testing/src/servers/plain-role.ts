import pg from 'pg';

const NAME = 'plain';
const ALREADY_THERE = ['42710', '23505'];

/**
 * Makes a role on the server of a database that may log in and nothing else, where it is not there yet.
 *
 * @returns the address of the database with that role.
 */
export async function plainRole(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`CREATE ROLE ${NAME} LOGIN PASSWORD '${NAME}'`);
  } catch (error) {
    if (!ALREADY_THERE.includes((error as pg.DatabaseError).code ?? '')) throw error;
  } finally {
    await client.end();
  }
  const url = new URL(databaseUrl);
  [url.username, url.password] = [NAME, NAME];
  return url.href;
}
