import { PrunellaError } from './errors.ts';

/**
 * An amount of a resource as Kubernetes writes it: exact, in billionths. After `k8s.io/apimachinery/pkg/api/resource`:
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export interface Quantity {
  nano: bigint;
  /** How it was written, and is written again. */
  format: 'binary' | 'decimal' | 'exponent';
}

/** The text is no quantity. */
export class QuantityError extends PrunellaError {
  override readonly name = 'QuantityError';
}

const NANO = 9;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** The power of ten of the first of them. */
const LEAST_POWER = -9;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const KIBI = 1024n;
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/;
const LONGEST = 64;

/**
 * Reads `128Mi`, `1500m`, `0.5`, `1e3`. More digits than billionths are rounded up, away from nothing.
 *
 * @throws QuantityError for what Kubernetes would not take, e.g. `1e3Ki`, `128MB` or `1 Gi`.
 */
export function parseQuantity(text: string): Quantity {
  const [, sign, whole = '', part = '', exponent, suffix = ''] = QUANTITY.exec(text.slice(0, LONGEST + 1)) ?? [];
  if (sign === undefined || text.length > LONGEST || whole + part === '') {
    throw new QuantityError(`expected a quantity such as 128Mi, 1500m or 0.5, found "${text.slice(0, LONGEST)}"`);
  }
  const digits = BigInt(whole + part) * (sign === '-' ? -1n : 1n);
  const binary = BINARY.indexOf(suffix);
  if (suffix !== '' && binary > 0) {
    return {
      nano: divideUp(digits * power(10, NANO) * KIBI ** BigInt(binary), power(10, part.length)),
      format: 'binary',
    };
  }
  const tens = exponent === undefined ? LEAST_POWER + 3 * DECIMAL.indexOf(suffix) : Number(exponent);
  const shift = NANO + tens - part.length;
  const nano = shift >= 0 ? digits * power(10, shift) : divideUp(digits, power(10, -shift));
  return { nano, format: exponent === undefined ? 'decimal' : 'exponent' };
}

/**
 * The shortest text without a fraction: `1.5` is `1500m`, `1536Mi` stays, `1024Mi` is `1Gi`, as Kubernetes prints it. What is not a
 * whole number, or smaller than 1024, is never written with a binary suffix.
 */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const one = power(10, NANO);
  const size = nano < 0n ? -nano : nano;
  if (format === 'binary' && nano % one === 0n && size >= KIBI * one) {
    let value = nano / one;
    let suffix = 0;
    for (; value % KIBI === 0n && suffix < BINARY.length - 1; suffix += 1) value /= KIBI;
    return `${value}${BINARY[suffix]}`;
  }
  let value = nano;
  let step = 0;
  for (; value % 1_000n === 0n && step < DECIMAL.length - 1; step += 1) value /= 1_000n;
  const tens = LEAST_POWER + 3 * step;
  return format === 'exponent' && tens !== 0 ? `${value}e${tens}` : `${value}${DECIMAL[step]}`;
}

/** So many times as much, rounded up to a billionth; exact for factors such as 1.5 or 0.1. @param factor finite. */
export function timesQuantity({ nano, format }: Quantity, factor: number): Quantity {
  const { nano: parts } = parseQuantity(decimalText(factor));
  return { nano: divideUp(nano * parts, power(10, NANO)), format };
}

/** Below 0: a is less than b; 0: they are the same amount. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

/** Numbers print with an exponent when they are large or small, which quantities read in the same way. */
function decimalText(factor: number): string {
  if (!Number.isFinite(factor)) throw new QuantityError(`expected a finite factor, found ${factor}`);
  return String(factor);
}

function power(base: number, exponent: number): bigint {
  return BigInt(base) ** BigInt(exponent);
}

/** Away from nothing. */
function divideUp(dividend: bigint, divisor: bigint): bigint {
  const whole = dividend / divisor;
  if (dividend % divisor === 0n) return whole;
  return dividend < 0n ? whole - 1n : whole + 1n;
}
