import { seededRandom } from '@prunella/core';
import fc from 'fast-check';
import { crc32 } from './bytes.ts';
import { examples, PROVENANCE } from './examples.fixture.ts';
import { MODEL_KINDS, predict, train } from './model.ts';
import { decodeModel, encodeModel, ModelFileError } from './model-file.ts';

const failures = examples(4, 100).map(({ failure }) => failure);

describe.each(MODEL_KINDS)('the file of a %s model', (kind) => {
  const model = train(examples(9), { ...PROVENANCE, kind, random: seededRandom(1) });
  const file = encodeModel(model);

  it('gives the same model back, but for the rounding of weights', () => {
    const { decider, ...read } = decodeModel('a.model', file);
    const { decider: written, ...rest } = model;
    expect(read).toEqual(rest);
    expect(decider.kind).toBe(written.kind);
    for (const failure of failures) {
      const [first] = predict({ ...read, decider }, failure);
      const [before] = predict(model, failure);
      expect(first?.cause).toBe(before?.cause);
      expect(first?.probability).toBeCloseTo(before?.probability ?? 0, 1);
    }
  });

  it('is the same when what was read is written again', () => {
    const read = decodeModel('a.model', file);
    expect(Buffer.compare(encodeModel(decodeModel('a.model', encodeModel(read))), encodeModel(read))).toBe(0);
  });

  it('is refused when it was cut or changed anywhere', () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = file.slice();
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(() => decodeModel('a.model', file.subarray(0, at))).toThrow(ModelFileError);
        decodesOrRefuses(changed);
      }),
      { numRuns: 40 },
    );
  });

  it('is refused when its body does not fit, even with the right checksum', () => {
    const end = file.indexOf(0x0a) + 1;
    fc.assert(
      fc.property(fc.nat(file.length - end - 1), fc.nat(255), (at, value) => {
        const changed = file.slice();
        changed[end + at] = value;
        decodesOrRefuses(withChecksum(changed));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a model file', () => {
  it.each([
    ['nothing', new Uint8Array()],
    ['no header', new TextEncoder().encode('not a model\n')],
    ['another format', new TextEncoder().encode('{"format":99}\n')],
    ['broken text', Uint8Array.of(0xff, 0xfe, 0x0a)],
  ])('is refused: %s', (_, bytes) => {
    expect(() => decodeModel('a.model', bytes)).toThrow(ModelFileError);
  });

  it('never throws anything else, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), decodesOrRefuses));
  });
});

/** A file is read to a model that works, or refused as what it is. */
function decodesOrRefuses(bytes: Uint8Array): void {
  let refused: unknown;
  try {
    const model = decodeModel('a.model', bytes);
    for (const failure of failures) expect(predict(model, failure)).toHaveLength(model.causes.length);
  } catch (error) {
    refused = error;
  }
  expect(refused === undefined || refused instanceof ModelFileError).toBe(true);
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0x0a);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  const body = bytes.subarray(end + 1);
  const head = new TextEncoder().encode(`${JSON.stringify({ ...header, crc: crc32(body) })}\n`);
  return Uint8Array.from([...head, ...body]);
}
