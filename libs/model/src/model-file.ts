import { causes as knownCauses } from '@prunella/contracts';
import { messageOf, PrunellaError } from '@prunella/core';
import { z } from 'zod';
import type { Model } from './model.ts';

/** A model file that can't be used. */
export class ModelFileError extends PrunellaError {
  override readonly name = 'ModelFileError';
}

/** Changes whenever features or layout do: an older model would read another language. */
const FORMAT = 1;
const LINE_FEED = 0x0a;
/** Weights are kept in this many steps on each side of 0. */
const STEPS = 127;
/** A file with a larger number is no file of ours. */
const MOST_BITS = 22;

const Header = z.strictObject({
  format: z.literal(FORMAT),
  version: z.string().min(1).max(100),
  createdAt: z.string(),
  data: z.array(z.string()),
  metrics: z.record(z.string(), z.number()),
  bits: z.number().int().min(8).max(MOST_BITS),
  causes: z.array(z.enum(knownCauses)).min(2),
  temperature: z.number().positive(),
  bias: z.array(z.number()),
  /** The weight that 127 stands for, for each cause. */
  scales: z.array(z.number().nonnegative()),
  /** How many slots have a weight. */
  rows: z.number().int().nonnegative(),
});

/**
 * A model as a file: one line of JSON, then for each slot with weights the distance to the one before (base 128, low
 * digits first, as in protobuf) and a signed byte for each cause.
 */
export function encodeModel({
  linear,
  bits,
  causes,
  temperature,
  version,
  createdAt,
  data,
  metrics,
}: Model): Uint8Array {
  const classes = causes.length;
  const scales = causes.map((_, c) => {
    let most = 0;
    for (let at = c; at < linear.weights.length; at += classes)
      most = Math.max(most, Math.abs(linear.weights[at] ?? 0));
    return most;
  });
  const body: number[] = [];
  let rows = 0;
  let before = 0;
  for (let slot = 0; slot < 2 ** bits; slot += 1) {
    const steps = scales.map((scale, c) =>
      Math.round(((linear.weights[slot * classes + c] ?? 0) / (scale || 1)) * STEPS),
    );
    if (steps.every((value) => value === 0)) continue;
    for (let distance = slot - before; ; distance >>>= 7) {
      body.push(distance > 0x7f ? (distance & 0x7f) | 0x80 : distance);
      if (distance <= 0x7f) break;
    }
    for (const value of steps) body.push(value & 0xff);
    before = slot;
    rows += 1;
  }
  const header: z.infer<typeof Header> = {
    ...{ format: FORMAT, version, createdAt, data: [...data], metrics: { ...metrics }, bits, causes: [...causes] },
    ...{ temperature, bias: Array.from(linear.bias), scales, rows },
  };
  const head = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const file = new Uint8Array(head.length + body.length);
  file.set(head);
  file.set(body, head.length);
  return file;
}

/**
 * Reads what `encodeModel` wrote.
 *
 * @param name how messages call the file.
 * @throws ModelFileError for anything else, whatever it holds.
 */
export function decodeModel(name: string, file: Uint8Array): Model {
  const end = file.indexOf(LINE_FEED);
  const { bias, scales, rows, format: _, ...rest } = headerOf(name, file.subarray(0, Math.max(0, end)));
  const classes = rest.causes.length;
  if (bias.length !== classes || scales.length !== classes) {
    throw new ModelFileError(
      `${name}: expected bias and scales for ${classes} causes, found ${bias.length} and ${scales.length}`,
    );
  }
  const weights = new Float32Array(2 ** rest.bits * classes);
  let at = end + 1;
  let slot = 0;
  for (let row = 0; row < rows; row += 1) {
    let distance = 0;
    for (let shift = 0; ; shift += 7) {
      const digit = file[at++] ?? 0;
      distance += (digit & 0x7f) * 2 ** shift;
      if (digit < 0x80 || shift > 28) break;
    }
    slot += distance;
    if (slot >= 2 ** rest.bits || at + classes > file.length) {
      throw new ModelFileError(`${name}: expected ${rows} rows of weights, found the end after ${row}: is it whole?`);
    }
    for (let c = 0; c < classes; c += 1) {
      const value = ((file[at++] ?? 0) << 24) >> 24;
      weights[slot * classes + c] = (value / STEPS) * (scales[c] ?? 0);
    }
  }
  if (at !== file.length) throw new ModelFileError(`${name}: expected the end after ${rows} rows, found more`);
  return { ...rest, linear: { classes, weights, bias: Float32Array.from(bias) } };
}

function headerOf(name: string, bytes: Uint8Array): z.infer<typeof Header> {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelFileError(`${name}: expected a model file, found none: ${messageOf(error)}`, { cause: error });
  }
  const { data, error } = Header.safeParse(content);
  if (data !== undefined) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new ModelFileError(`${name}: expected a model file of format ${FORMAT}, found another: ${problems}`, {
    cause: error,
  });
}
