import { causes as knownCauses } from '@prunella/contracts';
import { messageOf, PrunellaError } from '@prunella/core';
import { z } from 'zod';
import { ByteReader, ByteWriter, crc32, EndOfBytes } from './bytes.ts';
import { readLinear, readTrees, writeLinear, writeTrees } from './decider-bytes.ts';
import { WORDS_BYTES } from './known-words.ts';
import { type Decider, MODEL_KINDS, type Model } from './model.ts';

/** A model file that can't be used. */
export class ModelFileError extends PrunellaError {
  override readonly name = 'ModelFileError';
}

/** Changes whenever features or layout do: an older model would read another language. */
const FORMAT = 1;
const LINE_FEED = 0x0a;
/** A file with a larger number is no file of ours. */
const MOST_BITS = 20;

const Header = z.strictObject({
  format: z.literal(FORMAT),
  version: z.string().min(1).max(100),
  createdAt: z.string(),
  data: z.array(z.string()),
  metrics: z.record(z.string(), z.number()),
  kind: z.enum(MODEL_KINDS),
  bits: z.number().int().min(8).max(MOST_BITS),
  causes: z.array(z.enum(knownCauses)).min(2).max(knownCauses.length),
  temperature: z.number().positive(),
  transient: z.array(z.number().min(0).max(1)),
  /** CRC-32 of everything behind this line. */
  crc: z.number().int().nonnegative(),
});
type Header = z.infer<typeof Header>;

/** A model as a file: one line of JSON, the filter of known words, then what `decider-bytes.ts` says for its kind. */
export function encodeModel(model: Model): Uint8Array {
  const { version, createdAt, data, metrics, bits, causes, temperature, transient, words, decider } = model;
  const body = new ByteWriter();
  body.bytes(words);
  if (decider.kind === 'linear') writeLinear(decider.linear, body);
  else writeTrees(decider.trees, body);
  const bytes = body.written();
  const header: Header = {
    ...{ format: FORMAT, version, createdAt, data: [...data], metrics: { ...metrics }, kind: decider.kind, bits },
    ...{ causes: [...causes], temperature, transient: [...transient], crc: crc32(bytes) },
  };
  const head = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const file = new Uint8Array(head.length + bytes.length);
  file.set(head);
  file.set(bytes, head.length);
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
  const { format: _, kind, crc, ...rest } = headerOf(name, file.subarray(0, Math.max(0, end)));
  const body = file.subarray(end + 1);
  if (crc32(body) !== crc) {
    throw new ModelFileError(`${name}: expected a body with CRC-32 ${crc}, found another: is the file whole?`);
  }
  if (rest.transient.length !== rest.causes.length || new Set(rest.causes).size !== rest.causes.length) {
    throw new ModelFileError(`${name}: expected different causes, each with how transient it is, found others`);
  }
  const from = new ByteReader(body);
  try {
    const words = from.bytes(WORDS_BYTES);
    const decider = deciderFrom(from, kind, rest);
    if (from.left > 0) throw new EndOfBytes(`${from.left} bytes more`);
    return { ...rest, words, decider };
  } catch (error) {
    if (!(error instanceof EndOfBytes)) throw error;
    throw new ModelFileError(`${name}: expected the weights of a model, found ${error.message}`, { cause: error });
  }
}

function deciderFrom(
  from: ByteReader,
  kind: Decider['kind'],
  { causes, bits }: Pick<Model, 'causes' | 'bits'>,
): Decider {
  if (kind === 'linear') return { kind, linear: readLinear(from, causes.length, 2 ** bits) };
  return { kind, trees: readTrees(from, causes.length, 2 ** bits) };
}

function headerOf(name: string, bytes: Uint8Array): Header {
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
