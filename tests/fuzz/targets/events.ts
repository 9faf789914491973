import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ContractViolation, type Envelope, readMessage, type Subject, writeMessage } from '@prunella/contracts';
import fc from 'fast-check';
import { received } from '../../../libs/bus/src/delivery.ts';
import { SCHEMAS, SUBJECTS } from '../../../libs/contracts/src/events.ts';
import { eventRecord } from '../../../services/auditor/src/ledger/event-record.ts';
import { pageOf } from '../../../services/auditor/src/ledger/page.ts';
import { filesIn } from '../inputs/files.ts';
import { jsonBytes, nested } from '../inputs/json.ts';
import { messageNear } from '../inputs/proto.ts';
import { bytesOf, holds, type Target, textOf } from '../target.ts';

/** NATS takes no larger messages than the server says; ours takes 8 MiB. */
const MOST = 8 * 1024 ** 2;
const NOW = Date.UTC(2026, 2, 1);

/** A message with bytes of somebody, as the client hands it over. */
function messageOf(subject: string, data: Uint8Array): Parameters<typeof received>[0] {
  const info = { streamSequence: 7, timestampNanos: NOW * 1e6, deliveryCount: 1 };
  return { subject, data, info, headers: undefined } as unknown as Parameters<typeof received>[0];
}

/** Three messages that keep the contract, out of those near it: where none is, nothing behind the contract is tried. The same each time. */
function goodOnes(subject: Subject, data: fc.Arbitrary<object>): object[] {
  const good: object[] = [];
  for (let seed = 1; good.length < 3; seed += 1) {
    if (seed === 5_000) throw new Error(`${subject}: expected a message near the contract that keeps it, found none`);
    const some = fc.sample(data, { seed, numRuns: 20 });
    good.push(...some.filter((one) => keeps(subject, one)).slice(0, 1));
  }
  return good;
}

function keeps(subject: Subject, message: object): boolean {
  try {
    received(messageOf(subject, bytesOf(JSON.stringify(message))));
    return true;
  } catch (error) {
    if (error instanceof ContractViolation) return false;
    throw error;
  }
}

const root = join(import.meta.dirname, '../../../proto/samples');

export const targets: readonly Target[] = SUBJECTS.map((subject): Target => {
  const folder = `proto/samples/${subject}`;
  const data = messageNear(SCHEMAS[subject]);
  const hasSamples = existsSync(join(root, subject));
  const made = hasSamples ? fc.sample(data, { seed: 1, numRuns: 5 }) : goodOnes(subject, data);
  const seeds = hasSamples ? filesIn(folder, '.json') : made.map((one) => bytesOf(JSON.stringify(one)));
  const samples = [...seeds.map((bytes) => JSON.parse(textOf(bytes)) as unknown), ...made];
  const enveloped = data.map((inside) =>
    bytesOf(JSON.stringify({ specversion: '1.0', id: 'a', source: 'b', type: 'c', time: 'd', data: inside })),
  );
  return {
    name: `events/${subject}`,
    reads: `messages on ${subject}: the data alone, a CloudEvent, a CDEvent; what the ledger makes of them`,
    doors: [`event:${subject}`, 'decoder:libs/contracts/src/envelope.ts', 'decoder:libs/contracts/src/parse.ts'],
    seeds: () => seeds,
    inputs: fc.oneof(
      data.map((one) => bytesOf(JSON.stringify(one))),
      enveloped,
      jsonBytes(samples),
    ),
    // The same code reads all of them.
    bombs:
      subject !== 'action.executed'
        ? {}
        : {
            deep: () => bytesOf(nested('[', ']', MOST / 2)),
            'deep in every field': () =>
              bytesOf(
                `{${SCHEMAS[subject].fields.map(({ jsonName }) => `"${jsonName}":${nested('{"a":', '}', 5_000)}`).join()}}`,
              ),
            'deep in parameters': () =>
              bytesOf(`{"action":{"type":"retry","parameters":${nested('{"a":', '}', 5_000)}}}`),
            'many of all': () =>
              bytesOf(
                `{${SCHEMAS[subject].fields.map(({ jsonName }) => `"${jsonName}":[${'{},'.repeat(100_000)}{}]`).join()}}`,
              ),
            'many keys': () => bytesOf(`{${Array.from({ length: 300_000 }, (_, at) => `"k${at}":1`).join()}}`),
            'one text': () => bytesOf(JSON.stringify({ pipelineId: 'x'.repeat(MOST - 100) })),
          },
    read(bytes) {
      const event = received(messageOf(subject, bytes));
      const record = eventRecord(event, NOW);
      const page = pageOf([record]);
      return { event, json: JSON.stringify({ record, page }) };
    },
    errors: [ContractViolation],
    holds(value) {
      const { event } = value as { event: Envelope };
      const again = readMessage(subject, writeMessage(event), { id: '', source: '' });
      holds(
        JSON.stringify(again.data) === JSON.stringify(event.data),
        'an event that is the same when it is written and read again',
      );
      holds(again.id === event.id && again.source === event.source, 'the same id and source');
    },
  };
});
