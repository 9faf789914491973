import {
  type DescField,
  type DescMessage,
  fromJson,
  getOption,
  hasOption,
  isFieldSet,
  type JsonValue,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { type Events, SCHEMAS, type Subject } from './events.ts';
import { max_length, maximum, minimum, required } from './gen/prunella/v1/options_pb.ts';
import { ContractViolation, describe } from './violation.ts';

/** Longest accepted text where the contract names no length, in UTF-16 code units. */
const DEFAULT_MAX_LENGTH = 65_536;

/**
 * Parses the data of a message on `subject`. lowerCamelCase and snake_case names are taken alike, unknown fields are
 * passed over (a publisher may be newer than we are). Everything that proto3 gives a default to is there afterwards.
 *
 * @throws ContractViolation naming the field, for everything that does not fit.
 */
export function parseData<S extends Subject>(subject: S, json: unknown): Events[S] {
  const schema: DescMessage = SCHEMAS[subject];
  return toJson(schema, checked(schema, json), { alwaysEmitImplicit: true }) as unknown as Events[S];
}

/** The same check on the way out; defaults are left away to keep the wire small. */
export function serializeData<S extends Subject>(subject: S, data: Events[S]): JsonValue {
  const schema: DescMessage = SCHEMAS[subject];
  return toJson(schema, checked(schema, data));
}

function checked(schema: DescMessage, json: unknown): MessageShape<DescMessage> {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new ContractViolation('', `a JSON object (${schema.typeName})`, describe(json));
  }
  checkWords(schema, json as Record<string, unknown>, '');
  let message: MessageShape<DescMessage>;
  try {
    message = fromJson(schema, json as JsonValue, { ignoreUnknownFields: true });
  } catch (error) {
    throw violationOf(error, schema, json);
  }
  check(reflect(schema, message), '');
  return message;
}

/**
 * Reading on past unknown fields, protobuf-es reads on past unknown enum values too. A word that we do not know is no default: it is a
 * mistake of the sender.
 */
function checkWords(schema: DescMessage, json: Record<string, unknown>, path: string): void {
  for (const field of schema.fields) {
    const key = Object.hasOwn(json, field.jsonName) ? field.jsonName : field.name;
    const value = json[key];
    if (value === undefined || value === null) continue;
    const at = path === '' ? key : `${path}.${key}`;
    const items = Array.isArray(value) ? value : [value];
    for (const [index, item] of items.entries()) {
      const itemAt = Array.isArray(value) ? `${at}[${index}]` : at;
      if (field.enum !== undefined) {
        const known = field.enum.values.some((word) => word.name === item || word.number === item);
        if (!known) throw new ContractViolation(itemAt, kindOf(field), describe(item));
      } else if (field.message !== undefined && typeof item === 'object' && item !== null && !Array.isArray(item)) {
        checkWords(field.message, item as Record<string, unknown>, itemAt);
      }
    }
  }
}

function check(message: ReflectMessage, path: string): void {
  for (const field of message.fields) {
    const at = path === '' ? field.jsonName : `${path}.${field.jsonName}`;
    if (!isFieldSet(message.message, field)) {
      if (limitsOf(field).required) {
        throw new ContractViolation(at, `${kindOf(field)} (it is required)`, 'nothing');
      }
      continue;
    }
    checkField(message, field, at);
  }
}

function checkField(message: ReflectMessage, field: DescField, at: string): void {
  switch (field.fieldKind) {
    case 'scalar':
      checkScalar(field, message.get(field), at);
      return;
    case 'message':
      // Well-known types check themselves while parsing, but for numbers in a Struct: those that JSON has and JavaScript has not.
      if (field.message.typeName === 'google.protobuf.Struct') checkNumbers(localOf(message)[field.localName], at);
      else if (!field.message.typeName.startsWith('google.')) check(message.get(field), at);
      return;
    case 'list':
      if (field.listKind === 'message') {
        let index = 0;
        for (const item of message.get(field)) check(item as ReflectMessage, `${at}[${index++}]`);
      }
      return;
    case 'map':
      for (const [key, value] of message.get(field)) checkScalar(field, value, `${at}.${String(key)}`);
  }
}

function localOf({ message }: ReflectMessage): Readonly<Record<string, unknown>> {
  return message as unknown as Readonly<Record<string, unknown>>;
}

/** `1e400` is Infinity when it is parsed, and can't be written again. The value is no deeper than protobuf-es reads. */
function checkNumbers(value: unknown, at: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ContractViolation(at, 'a finite number', String(value));
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    checkNumbers(inner, Array.isArray(value) ? `${at}[${key}]` : `${at}.${key}`);
  }
}

function checkScalar(field: DescField, value: unknown, at: string): void {
  if (typeof value === 'string') {
    const { longest } = limitsOf(field);
    if (value.length > longest) {
      throw new ContractViolation(at, `at most ${longest} characters`, `${value.length} characters`);
    }
    return;
  }
  if (typeof value !== 'number') return;
  if (!Number.isFinite(value)) throw new ContractViolation(at, 'a finite number', String(value));
  const { least, most } = limitsOf(field);
  if (value < least) throw new ContractViolation(at, `at least ${least}`, String(value));
  if (value > most) throw new ContractViolation(at, `at most ${most}`, String(value));
}

interface Limits {
  required: boolean;
  /** In UTF-16 code units. */
  longest: number;
  least: number;
  most: number;
}

/** protobuf-es decodes an option anew each time it is asked for: half of what a check takes. */
const LIMITS = new WeakMap<DescField, Limits>();

function limitsOf(field: DescField): Limits {
  let limits = LIMITS.get(field);
  if (limits === undefined) {
    limits = {
      required: hasOption(field, required) && getOption(field, required),
      longest: getOption(field, max_length) || DEFAULT_MAX_LENGTH,
      least: hasOption(field, minimum) ? getOption(field, minimum) : Number.NEGATIVE_INFINITY,
      most: hasOption(field, maximum) ? getOption(field, maximum) : Number.POSITIVE_INFINITY,
    };
    LIMITS.set(field, limits);
  }
  return limits;
}

/**
 * protobuf-es says `cannot decode field prunella.v1.Failure.message from JSON: expected string, got 5`. The sender of
 * a message knows its path, not our type names: find the path again.
 */
function violationOf(error: unknown, schema: DescMessage, json: object): ContractViolation {
  const text = error instanceof Error ? error.message : String(error);
  const match = /^cannot decode (?:field|enum|message) ([\w.]+) from JSON(?:: (.*))?$/s.exec(text);
  const name = match?.[1] ?? '';
  const field = pathOf(schema, name, json) ?? name.replace(/^prunella\.v1\./, '');
  const [expected, found] = (match?.[2] ?? text).split(/, got |: /, 2) as [string, string | undefined];
  return new ContractViolation(
    field,
    expected.replace(/^expected /, '') || 'a valid value',
    found?.slice(0, 160) ?? 'something else',
  );
}

function pathOf(schema: DescMessage, qualified: string, json: unknown, depth = 0): string | undefined {
  if (depth > 8 || json === null || typeof json !== 'object') return undefined;
  for (const field of schema.fields) {
    const key = [field.jsonName, field.name].find((name) => Object.hasOwn(json, name));
    if (key === undefined) continue;
    const value = (json as Record<string, unknown>)[key];
    const isThis =
      `${schema.typeName}.${field.name}` === qualified ||
      (field.enum !== undefined &&
        field.enum.typeName === qualified &&
        !field.enum.values.some((v) => v.name === value));
    if (isThis) return key;
    if (field.message === undefined) continue;
    for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
      const at = `${key}${Array.isArray(value) ? `[${index}]` : ''}`;
      if (field.message.typeName === qualified && !decodes(field.message, item)) return at;
      const inner = pathOf(field.message, qualified, item, depth + 1);
      if (inner !== undefined) return `${at}.${inner}`;
    }
  }
  return undefined;
}

function decodes(schema: DescMessage, json: unknown): boolean {
  try {
    fromJson(schema, json as JsonValue, { ignoreUnknownFields: true });
    return true;
  } catch {
    return false;
  }
}

function kindOf(field: DescField): string {
  if (field.fieldKind === 'message') return 'an object';
  if (field.enum !== undefined) {
    return `one of ${field.enum.values
      .slice(1)
      .map((value) => value.name)
      .join(', ')}`;
  }
  return 'a non-empty value';
}
