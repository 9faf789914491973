// Reads one's own events from one's own stream and tells Prunella of them. Runs for ever; as many copies as one likes.
//   NATS_URL=nats://127.0.0.1:4222 node bridge.mjs
// Here they come as `ci.build.done` {"job":"nightly","build":17,"ok":false,"log":"..."}; change `told` for yours.
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { openPublisher } from '@prunella/publisher';

const STREAM = 'CI';
const servers = process.env.NATS_URL ?? 'nats://127.0.0.1:4222';

/** Throws where it can't be made out. */
function told({ job, build, ok, log }) {
  return {
    ...{ pipelineId: job, runId: String(build), conclusion: ok ? 'success' : 'failure' },
    ...(!ok && { error: { message: String(log ?? '') } }),
  };
}

const say = (text) => process.stderr.write(`${text}\n`);
const onDropped = ({ id, reason, detail }) => say(`not told: ${id}: ${reason}: ${detail}`);
const publisher = openPublisher({ servers, source: '//ci.example.com/bridge', onDropped });
const nats = await connect({ servers, maxReconnectAttempts: -1, waitOnFirstConnect: true });
const durable_name = 'prunella-bridge';
const manager = await jetstreamManager(nats);
await manager.consumers.add(STREAM, { durable_name, ack_policy: AckPolicy.Explicit, filter_subject: 'ci.build.done' });

async function pass(message) {
  let run;
  try {
    run = told(message.json());
  } catch (error) {
    say(`message ${message.seq} is not understood: ${error.message}`);
    return message.term();
  }
  const receipt = await publisher.finished(run);
  // Acknowledged only when Prunella has it; after a crash it comes again, and its id is the same.
  if (receipt.stored) message.ack();
  else if (receipt.reason === 'invalid' || receipt.reason === 'refused') message.term();
  else message.nak(10_000);
}

const consumer = await jetstream(nats).consumers.get(STREAM, durable_name);
for await (const message of await consumer.consume({ max_messages: 100 })) void pass(message);
