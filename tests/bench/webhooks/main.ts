// Measures how a detector takes webhooks on a real NATS, beside a server that does nothing with them:
//   npm run bench:webhooks -- [--rate 500] [--seconds 60] [--json]
// All are to be answered with 202, and each is to be on the stream, once; p99 is to be below 100 ms at 500 a second on two cores, which the sender shares.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { Bus, EVENTS } from '@prunella/bus';
import { startServiceProcess, startTestNats } from '@prunella/testing';
import { type LoadResult, load } from './load.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
  },
});
const [perSecond, seconds] = [Number(values.rate), Number(values.seconds)];
const REPOSITORIES = 1_000;
const SECRET = 'It is a secret to everybody';
/** GitHub's own example: about 15 KB. */
const example = exampleRun();

const nats = await startTestNats();
const detector = await startServiceProcess('detector', {
  NATS_URL: nats.url,
  GITHUB_WEBHOOK_SECRET: SECRET,
  LOG_LEVEL: 'warn',
});
const bus = await Bus.connect({ servers: nats.url, name: 'bench' });
try {
  const common = { perSecond, seconds, bodyOf, secret: SECRET };
  const nothing = await againstNothing((url) => load({ ...common, seconds: Math.min(seconds, 10), url }));
  const ours = await load({ ...common, url: `${detector.url}/webhooks/github` });
  const onStream = await finishedOnStream(bus);
  const good = ours.answers[202] === ours.sent && onStream === ours.sent;
  if (values.json)
    process.stdout.write(`${JSON.stringify({ perSecond, seconds, nothing, ours, onStream }, null, 2)}\n`);
  else {
    process.stdout.write(
      [
        `${perSecond} webhooks a second for ${seconds} s, ${Math.round(bodyOf(0).length / 1_024)} KiB each`,
        `  a server that does nothing  ${says(nothing)}`,
        `  the detector                ${says(ours)}`,
        `  on the stream: ${onStream} of ${ours.sent}`,
        good ? 'all answered, none lost' : 'NOT all answered, or some lost or doubled',
        '',
      ].join('\n'),
    );
  }
  process.exitCode = good ? 0 : 1;
} finally {
  await bus.close();
  await detector.stop();
  await nats.stop();
}

function bodyOf(n: number): Buffer {
  const run = example['workflow_run'] as Record<string, unknown>;
  const repository = example['repository'] as Record<string, unknown>;
  // No one pipeline ends hundreds of times a second: they are of many repositories.
  const name = `octo/repo-${n % REPOSITORIES}`;
  return Buffer.from(
    JSON.stringify({
      ...example,
      workflow_run: { ...run, id: 1_000_000 + n },
      repository: { ...repository, full_name: name, html_url: `https://github.com/${name}` },
    }),
  );
}

function says({ answers, p50, p99, longest, senderBehind }: LoadResult): string {
  const counts = Object.entries(answers).map(([status, count]) => `${count} x ${status}`);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return `${counts.join(', ')}; p50 ${ms(p50)}, p99 ${ms(p99)}, longest ${ms(longest)}; the sender was behind by at most ${ms(senderBehind)}`;
}

async function againstNothing(measure: (url: string) => Promise<LoadResult>): Promise<LoadResult> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(202).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result = await measure(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return result;
}

async function finishedOnStream(on: Bus): Promise<number> {
  const manager = await on.jetstream.jetstreamManager();
  const info = await manager.streams.info(EVENTS.name, { subjects_filter: 'pipeline.finished' });
  return Number(info.state.subjects?.['pipeline.finished'] ?? 0);
}

function exampleRun(): Record<string, unknown> {
  const path = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
  const published = JSON.parse(readFileSync(path, 'utf8')) as { name: string; examples: Record<string, unknown>[] }[];
  const found = published
    .find(({ name }) => name === 'workflow_run')
    ?.examples.find(
      ({ action, workflow_run: run }) =>
        action === 'completed' && (run as { conclusion: string }).conclusion === 'success',
    );
  if (found === undefined) throw new Error('no example of a completed run in @octokit/webhooks-examples');
  return found;
}
