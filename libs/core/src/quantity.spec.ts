import fc from 'fast-check';
import { compareQuantities, formatQuantity, parseQuantity, QuantityError, timesQuantity } from './quantity.ts';

const printed = (text: string): string => formatQuantity(parseQuantity(text));

describe('a quantity', () => {
  // As k8s.io/apimachinery prints what it read.
  it.each([
    ['0', '0'],
    ['0Mi', '0'],
    ['1', '1'],
    ['+1', '1'],
    ['-1', '-1'],
    ['1500m', '1500m'],
    ['1000m', '1'],
    ['0.5', '500m'],
    ['.5', '500m'],
    ['5.', '5'],
    ['1.5', '1500m'],
    ['2.5Gi', '2560Mi'],
    ['128Mi', '128Mi'],
    ['1024Mi', '1Gi'],
    ['1536Mi', '1536Mi'],
    ['1000Ki', '1000Ki'],
    ['0.5Ki', '512'],
    ['1Ei', '1Ei'],
    ['1E', '1E'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['12e6', '12e6'],
    ['1000k', '1M'],
    ['123456', '123456'],
    ['1e-3', '1e-3'],
    ['100n', '100n'],
    ['0.1n', '1n'],
    ['1.0000000001', '1000000001n'],
  ])('%s is printed as %s', (text, expected) => {
    expect(printed(text)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '.',
    '-',
    'Mi',
    '128MB',
    '128mi',
    '1 Gi',
    '1e3Ki',
    '1e',
    '--1',
    '1_000',
    '0x10',
    'NaN',
    '1'.repeat(65),
  ])('is not %j', (text) => {
    expect(() => parseQuantity(text)).toThrow(QuantityError);
  });

  it.each([
    ['128Mi', 1.5, '192Mi'],
    ['1Gi', 1.5, '1536Mi'],
    ['512Mi', 2, '1Gi'],
    ['1500m', 2, '3'],
    ['0.5', 1.5, '750m'],
    ['100m', 1.1, '110m'],
    ['1G', 1.25, '1250M'],
    ['1e3', 1.5, '1500'],
    ['3n', 0.5, '2n'],
    ['7', 1e21, '7000E'],
  ])('%s times %d is %s', (text, factor, expected) => {
    expect(formatQuantity(timesQuantity(parseQuantity(text), factor))).toBe(expected);
  });

  it('compares amounts, not texts', () => {
    const compared = (a: string, b: string): number => compareQuantities(parseQuantity(a), parseQuantity(b));
    expect([compared('1Gi', '1024Mi'), compared('1G', '1Gi'), compared('0.1', '99m')]).toEqual([0, -1, 1]);
  });

  const quantity = fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      fc.nat(1_000_000),
      fc.constantFrom('', '.', '.5', '.125', '.999'),
      fc.constantFrom(
        '',
        'n',
        'u',
        'm',
        'k',
        'M',
        'G',
        'T',
        'P',
        'E',
        'Ki',
        'Mi',
        'Gi',
        'Ti',
        'Pi',
        'Ei',
        'e3',
        'E-2',
        'e12',
      ),
    )
    .map((parts) => parts.join(''));

  it('means the same when it was printed and is read again', () => {
    fc.assert(
      fc.property(quantity, (text) => {
        const read = parseQuantity(text);
        const again = parseQuantity(formatQuantity(read));
        expect(compareQuantities(again, read)).toBe(0);
        // 491578.125Ki is printed as 503376000, as Kubernetes does, which is read as decimal: from then on it stays.
        expect(formatQuantity(parseQuantity(formatQuantity(again)))).toBe(formatQuantity(again));
        expect(formatQuantity(read)).not.toContain('.');
      }),
    );
  });

  it('grows with the factor', () => {
    const factor = fc.integer({ min: 10, max: 400 }).map((percent) => percent / 100);
    fc.assert(
      fc.property(quantity, factor, factor, (text, a, b) => {
        const read = parseQuantity(text.replace('-', ''));
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        expect(compareQuantities(timesQuantity(read, less), timesQuantity(read, more))).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('never throws anything else than that it is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseQuantity(text);
        } catch (error) {
          expect(error).toBeInstanceOf(QuantityError);
        }
      }),
    );
  });
});
