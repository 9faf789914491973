// The publisher of Prunella: typed, buffered, tried again while NATS is away, and nothing is told twice.
//   NATS_URL=nats://127.0.0.1:4222 node publish.mjs
import { openPublisher } from '@prunella/publisher';

const publisher = openPublisher({
  servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222',
  source: '//ci.example.com/shop',
  onDropped: ({ id, reason, detail }) => process.stderr.write(`not told: ${id}: ${reason}: ${detail}\n`),
});
const run = { pipelineId: 'shop/nightly', repository: 'acme/shop', runId: process.env.RUN_ID ?? '17', branch: 'main' };
void publisher.started(run);
// ... the work ...
void publisher.finished({ ...run, conclusion: 'failure', error: { message: 'connect ETIMEDOUT 10.0.0.7:443' } });
const { dropped } = await publisher.close();
process.exitCode = dropped === 0 ? 0 : 1;
