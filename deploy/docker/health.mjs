/** Exit code 0: the service of this container answers and can do its work. Else it says what is missing. */
const PORTS = { auditor: 7100, detector: 7101, diagnoser: 7102, remediator: 7103, playground: 7110 };

const service = process.env.PRUNELLA_SERVICE ?? '';
const port = process.env[`PORT_${service.toUpperCase()}`] || PORTS[service];
// The command line is no server.
if (port !== undefined) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) });
    if (!answer.ok) fail(`HTTP ${answer.status} ${await answer.text()}`);
  } catch (error) {
    fail(error.cause?.message ?? error.message);
  }
}

function fail(why) {
  process.stderr.write(`${service} is not ready: ${why}\n`);
  process.exitCode = 1;
}
