/** Exit code 0: the service answers and can work. */
const PORTS = { auditor: 7100, detector: 7101, diagnoser: 7102, remediator: 7103, playground: 7110 };
const service = process.env.PRUNELLA_SERVICE ?? '';
const port = process.env[`PORT_${service.toUpperCase()}`] || PORTS[service];
// The command line is no server.
if (port === undefined) process.exit(0);
const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_500) });
if (!answer.ok) {
  process.stderr.write(`${answer.status} ${await answer.text()}\n`);
  process.exit(1);
}
