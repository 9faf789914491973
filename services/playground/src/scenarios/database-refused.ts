import type { Breakdown, Scenario } from '../simulation/scenario.ts';

export const databaseRefused: Scenario = {
  name: 'database-refused',
  summary: 'The test database refuses connections until the third attempt.',
  repository: 'playground/orders',
  workflow: 'ci',
  jobs: ['lint', 'integration'],
  duration: [2_000, 3_500],
  weight: 2,
  breakdown: (attempt) => (attempt > 2 ? undefined : { job: 'integration', step: 'Run npm run test:integration', log }),
};

const log: Breakdown['log'] = (writer) => {
  writer
    .command('npm ci')
    .line('added 388 packages, and audited 402 packages in 5s')
    .command('npm run test:integration')
    .line('> orders@2.4.0 test:integration')
    .line('> node scripts/migrate.js && jest --config jest.integration.config.js')
    .line('Connecting to postgres://orders:***@localhost:5432/orders_test')
    .line('waiting for the database (1/3)')
    .line('waiting for the database (2/3)')
    .line('waiting for the database (3/3)')
    .line('Error: connect ECONNREFUSED 127.0.0.1:5432')
    .line('    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)')
    .line('    at async Client.connect (/home/runner/work/app/app/node_modules/pg/lib/client.js:213:12)')
    .line('    at async migrate (/home/runner/work/app/app/scripts/migrate.js:18:3) {')
    .line('  errno: -111,')
    .line("  code: 'ECONNREFUSED',")
    .line("  syscall: 'connect',")
    .line("  address: '127.0.0.1',")
    .line('  port: 5432')
    .line('}')
    .line('Database connection failed: could not connect to server: Connection refused')
    .error('Process completed with exit code 1.');
};
