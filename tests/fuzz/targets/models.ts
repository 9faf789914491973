import { builtinModel, decodeModel, encodeModel, type Model, ModelFileError, predict } from '@prunella/model';
import fc from 'fast-check';
import { crc32 } from '../../../libs/model/src/bytes.ts';
import { jsonText } from '../inputs/json.ts';
import { mutated } from '../inputs/mutate.ts';
import { bytesOf, holds, type Target, textOf } from '../target.ts';

const whole = encodeModel(builtinModel());
const end = whole.indexOf(0x0a);
const head = JSON.parse(textOf(whole.subarray(0, end))) as Record<string, unknown>;
const body = whole.subarray(end + 1);

/** With a sum that fits: without one nothing behind it is read. */
function fileOf(header: string, rest: Uint8Array): Uint8Array {
  return Buffer.concat([bytesOf(`${header.replace(/"crc":\d+/, `"crc":${crc32(rest)}`)}\n`), rest]);
}

const failure = { lines: [{ text: 'Error: connect ETIMEDOUT 10.0.0.7:443' }], ranks: [0], metrics: { memory: 0.9 } };

export const targets: readonly Target[] = [
  {
    name: 'models/file',
    reads: 'files of models: PRUNELLA_MODEL',
    doors: ['decoder:libs/model/src/model-file.ts'],
    seeds: () => [whole, fileOf(JSON.stringify(head), body.subarray(0, 9_000))],
    inputs: fc.oneof(
      fc.tuple(jsonText([head]), fc.constant(body)).map(([header, rest]) => fileOf(header, rest)),
      mutated([body]).map((rest) => fileOf(JSON.stringify(head), rest)),
      fc
        .tuple(jsonText([{ ...head, kind: 'boosting' }]), mutated([body]))
        .map(([header, rest]) => fileOf(header, rest)),
    ),
    read: (bytes) => decodeModel('model.bin', bytes),
    errors: [ModelFileError],
    holds(value) {
      const said = predict(value as Model, failure);
      holds(said.length >= 2, 'two causes');
      holds(
        said.every(({ probability }) => probability >= 0 && probability <= 1),
        'probabilities from 0 to 1',
      );
    },
  },
];
