import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { text } from './text.ts';

type Json = unknown;

/** Deeper messages are left out. */
const DEEPEST = 4;

const count = fc.oneof(fc.nat(100), fc.constantFrom(0, -1, 1, 2 ** 31 - 1, -(2 ** 31)));
const real = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, -1, 1e308, 'NaN', 'Infinity', 1e-320),
);
const time = fc.oneof(
  fc
    .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') })
    .map((date) => date.toISOString()),
  fc.constantFrom('0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '2026-03-01T10:00:00+14:00'),
);
const word = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 }) },
  { weight: 1, arbitrary: text },
);

/** JSON as the contract describes it: what is there has the type that it should have, not always the right value. */
export function messageNear(schema: DescMessage, depth = 0): fc.Arbitrary<Record<string, Json>> {
  const fields = schema.fields.filter((field) => field.message === undefined || depth < DEEPEST);
  const model = Object.fromEntries(fields.map((field) => [field.jsonName, ofField(field, depth)]));
  return fc.record(model, { requiredKeys: [] }).chain((some) =>
    // Most messages hold everything, or the first thing that is missing is all that is found.
    fc.oneof({ weight: 1, arbitrary: fc.constant(some) }, { weight: 3, arbitrary: fc.record(model) }),
  );
}

function ofField(field: DescField, depth: number): fc.Arbitrary<Json> {
  switch (field.fieldKind) {
    case 'scalar':
      return ofScalar(field.scalar);
    case 'enum':
      return ofEnum(field.enum);
    case 'message':
      return ofMessage(field.message, depth);
    case 'list':
      return fc.array(one(field, depth), { maxLength: 3 });
    case 'map':
      return fc.dictionary(word, one(field, depth), { maxKeys: 3, noNullPrototype: true });
  }
}

function one(field: Extract<DescField, { fieldKind: 'list' | 'map' }>, depth: number): fc.Arbitrary<Json> {
  if (field.message !== undefined) return ofMessage(field.message, depth);
  return field.enum === undefined ? ofScalar(field.scalar) : ofEnum(field.enum);
}

function ofMessage(schema: DescMessage, depth: number): fc.Arbitrary<Json> {
  if (schema.typeName === 'google.protobuf.Timestamp') return time;
  if (schema.typeName.startsWith('google.protobuf.'))
    return fc.dictionary(word, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3, noNullPrototype: true });
  return messageNear(schema, depth + 1);
}

function ofScalar(type: ScalarType): fc.Arbitrary<Json> {
  if (type === ScalarType.STRING) return word;
  if (type === ScalarType.BOOL) return fc.boolean();
  return type === ScalarType.DOUBLE || type === ScalarType.FLOAT ? real : count;
}

function ofEnum({ values }: DescEnum): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...values.map(({ name }) => name)) },
    { weight: 1, arbitrary: text },
  );
}
