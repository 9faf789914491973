// The same with nothing but the NATS client, in each of the three formats that are understood.
//   NATS_URL=nats://127.0.0.1:4222 node formats.mjs [plain|cloudevent|cdevent]
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const runId = process.env.RUN_ID ?? '17';
const plain = {
  ...{ pipeline_id: 'shop/nightly', repository: 'acme/shop', run_id: runId, conclusion: 'failure' },
  error: { message: 'connect ETIMEDOUT 10.0.0.7:443' },
};
const id = `shop/nightly/${runId}/1/finished`;
const source = '//ci.example.com/shop';
const events = {
  plain,
  cloudevent: { specversion: '1.0', type: 'dev.prunella.pipeline.finished.v1', id, source, data: plain },
  cdevent: {
    context: { specversion: '0.5.0', type: 'dev.cdevents.pipelinerun.finished.0.2.0', id, source },
    subject: {
      ...{ id: runId, type: 'pipelineRun' },
      content: { pipelineName: 'shop/nightly', outcome: 'failure', errors: plain.error.message },
    },
  },
};

const nats = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' });
// The message id is by what the stream knows what it has already: an event that is sent again is not stored again.
const options = { msgID: `${source}#${id}` };
await jetstream(nats).publish('pipeline.finished', JSON.stringify(events[process.argv[2] ?? 'plain']), options);
await nats.close();
