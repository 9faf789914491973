/** Exit code 0: the service of this container answers and can do its work. Else it says what is missing. Runs every few seconds: it loads little. */
import { get } from 'node:http';

const PORTS = { auditor: 7100, detector: 7101, diagnoser: 7102, remediator: 7103, playground: 7110 };
const TIMEOUT_MS = 4_000;

const service = process.env.PRUNELLA_SERVICE ?? '';
const port = process.env[`PORT_${service.toUpperCase()}`] || PORTS[service];
// The command line is no server.
if (port !== undefined) {
  get({ host: '127.0.0.1', port, path: '/readyz', timeout: TIMEOUT_MS }, async (response) => {
    const text = (await response.toArray()).join('');
    if (response.statusCode !== 200) fail(`HTTP ${response.statusCode} ${text}`);
  })
    .on('timeout', () => fail(`no answer within ${TIMEOUT_MS} ms`))
    .on('error', ({ message }) => fail(message));
}

function fail(why) {
  process.stderr.write(`${service} is not ready: ${why}\n`);
  process.exit(1);
}
