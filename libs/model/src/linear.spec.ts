import fc from 'fast-check';
import { denseLinear, probabilitiesOf, steppedLinear } from './linear.ts';

const CLASSES = 3;
const SLOTS = 8;

describe('a linear model of steps', () => {
  const steps = fc.array(fc.integer({ min: -128, max: 127 }), {
    minLength: CLASSES * SLOTS,
    maxLength: CLASSES * SLOTS,
  });
  const scales = fc.array(fc.float({ min: 0, max: 4, noNaN: true }), { minLength: CLASSES, maxLength: CLASSES });
  const words = fc.uniqueArray(fc.tuple(fc.nat(SLOTS - 1), fc.double({ min: 0, max: 2, noNaN: true })), {
    selector: ([slot]) => slot,
  });

  it('says what the one with a number for each weight says', () => {
    fc.assert(
      fc.property(steps, scales, words, (bytes, sizes, x) => {
        const bias = Float32Array.of(0.5, -0.25, 0);
        const linear = steppedLinear(
          { classes: CLASSES, steps: Int8Array.from(bytes), bias },
          (step, kind) => (step / 127) * (sizes[kind] ?? 0),
        );
        const weights = Float32Array.from(bytes, (step, at) => (step / 127) * (sizes[at % CLASSES] ?? 0));
        const sparse = {
          slots: Int32Array.from(x, ([slot]) => slot),
          values: Float64Array.from(x, ([, value]) => value),
        };
        const dense = { classes: CLASSES, weights, bias };
        expect(denseLinear(linear)).toEqual(dense);
        expect(probabilitiesOf(linear, sparse)).toEqual(probabilitiesOf(dense, sparse));
      }),
    );
  });
});
