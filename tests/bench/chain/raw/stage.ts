// One process of the raw chain: takes a message, publishes one that is as long as ours, waits until the stream has it, acknowledges. What a careful engineer writes by the
// client's documentation, and nothing else: no contracts, no policy, no metrics. `raw-chain.ts` starts it with a `StageOrder`.
import { readFileSync } from 'node:fs';
import { AckPolicy, type JsMsg, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { idOf, numberOf, STAGES, STREAM, type Stage, type StageOrder } from './topology.ts';

/** Most messages in work at a time. */
const IN_WORK = 256;
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const order = JSON.parse(process.argv[2] ?? '') as StageOrder;
const stage: Stage = STAGES[order.name];
const messages =
  order.messages === undefined
    ? []
    : (JSON.parse(readFileSync(order.messages, 'utf8')) as string[]).map((text) => Buffer.from(text, 'base64'));
const recorded: string[] = [];

// Without the traces of errors that happen to requests: they cost about half of the publish rate.
const nats = await connect({ servers: order.natsUrl, name: order.name, noAsyncTraces: true });
const js = jetstream(nats);
const manager = await jetstreamManager(nats);
await manager.consumers.add(STREAM, {
  durable_name: order.name,
  ack_policy: AckPolicy.Explicit,
  max_ack_pending: IN_WORK,
  filter_subject: stage.from,
});
const consumer = await js.consumers.get(STREAM, order.name);
const incoming = await consumer.consume({ max_messages: IN_WORK });
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
for await (const message of incoming) void handle(message);

async function handle(message: JsMsg): Promise<void> {
  const id = message.headers?.get('Nats-Msg-Id') ?? '';
  try {
    if (stage.to === undefined) recorded.push(id);
    else await passOn(numberOf(id), stage.to);
    message.ack();
  } catch {
    message.nak(1_000);
  }
}

async function passOn(n: number, subject: string): Promise<void> {
  const header = headers();
  header.set('traceparent', TRACEPARENT);
  await js.publish(subject, messages[n % messages.length], { msgID: idOf(n, subject), headers: header });
}
