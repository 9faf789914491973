import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCHEMAS, SUBJECTS, type Subject } from '@prunella/contracts';
import { code, generatedFrom, table } from './markdown.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PROTO = join(ROOT, 'proto', 'prunella', 'v1');

interface Field {
  name: string;
  type: string;
  says: string;
  rules: string;
}

/** A message or a list of words of a .proto file. */
interface Definition {
  kind: 'message' | 'enum';
  file: string;
  says: string;
  fields: Field[];
}

const HEAD = `Every subject of the bus and what its messages hold. The contract is in [proto/prunella/v1](../../proto/prunella/v1); what publishers may send, in which formats and with which ids is in
[publishing events](../guide/publishing.md). A message is a CloudEvent 1.0 in structured JSON whose \`data\` is what stands here; names in \`snake_case\` and \`lowerCamelCase\` are taken alike. What can't
be read goes to \`dlq.<subject>\` with the reason. Texts hold at most 65,536 characters where nothing else is said.
`;

/** docs/reference/events.md. */
export function eventsReference(): string {
  const definitions = readDefinitions();
  const messages = SUBJECTS.map((subject) => [subject, messageOf(subject)] as const);
  const carried = new Set(messages.map(([, name]) => name));
  const shared = [...definitions].filter(([name]) => !carried.has(name));
  return [
    generatedFrom('Events', 'proto/prunella/v1 and proto/samples', HEAD),
    table(
      ['subject', 'says'],
      messages.map(([subject, name]) => [
        `[${subject}](#${anchorOf(subject)})`,
        firstSentence(definition(definitions, name).says),
      ]),
    ),
    '',
    ...messages.map(([subject, name]) => eventSection(subject, definition(definitions, name), definitions)),
    '## What events are made of\n',
    ...shared.map(([name, one]) => partSection(name, one, definitions)),
  ].join('\n');
}

/** The names of the fields of each message, for the spec that compares them with what was generated from the same files. */
export function fieldsOf(subject: Subject): string[] {
  return definition(readDefinitions(), messageOf(subject)).fields.map(({ name }) => name);
}

function messageOf(subject: Subject): string {
  return SCHEMAS[subject].name;
}

function definition(all: ReadonlyMap<string, Definition>, name: string): Definition {
  const found = all.get(name);
  if (found === undefined) throw new Error(`expected a message ${name} in proto/prunella/v1, found none`);
  return found;
}

function eventSection(
  subject: Subject,
  { file, says, fields }: Definition,
  all: ReadonlyMap<string, Definition>,
): string {
  const sample = sampleOf(subject);
  const shown = sample === undefined ? '' : `\nThe smallest one:\n\n\`\`\`json\n${sample}\n\`\`\`\n`;
  return `## ${code(subject)}\n\n${says} ([${file}](../../proto/prunella/v1/${file}))\n\n${fieldTable(fields, all)}\n${shown}`;
}

function partSection(name: string, { kind, says, fields }: Definition, all: ReadonlyMap<string, Definition>): string {
  const words = table(
    ['word', 'means'],
    fields.map((field) => [code(field.name), field.says]),
  );
  return `### ${code(name)}\n\n${says}\n\n${kind === 'enum' ? words : fieldTable(fields, all)}\n`;
}

/** A field of an event that stands in for one of `Run` says there what it is. */
function meaningOf({ name, says }: Field, all: ReadonlyMap<string, Definition>): string {
  const ofRun = all.get('Run')?.fields.find((field) => field.name === name)?.says ?? '';
  return says === '' || says.startsWith('Fields 1 to 12') ? ofRun : says;
}

function fieldTable(fields: readonly Field[], all: ReadonlyMap<string, Definition>): string {
  return table(
    ['field', 'holds', 'what'],
    fields.map((field) => [
      code(field.name),
      typeText(field.type, all),
      [meaningOf(field, all), field.rules].filter((text) => text !== '').join(' '),
    ]),
  );
}

function typeText(type: string, all: ReadonlyMap<string, Definition>): string {
  const many = type.startsWith('repeated ') ? 'list of ' : '';
  const bare = type.replace(/^(?:repeated|optional) /, '').replace(/\.Value$/, '');
  const plain: Readonly<Record<string, string>> = {
    string: 'text',
    int32: 'whole number',
    uint32: 'whole number',
    int64: 'whole number',
    double: 'number',
    bool: '`true` or `false`',
  };
  if (bare === 'google.protobuf.Timestamp') return `${many}time (RFC 3339)`;
  if (bare === 'google.protobuf.Struct') return `${many}any JSON object`;
  if (all.has(bare)) return `${many}[${bare}](#${anchorOf(bare)})`;
  return `${many}${plain[bare] ?? code(bare)}`;
}

/** As GitHub makes anchors of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}

function sampleOf(subject: Subject): string | undefined {
  const folder = join(ROOT, 'proto', 'samples', subject);
  const names = readdirSync(join(ROOT, 'proto', 'samples')).includes(subject) ? readdirSync(folder) : [];
  return names.includes('good.smallest.json')
    ? readFileSync(join(folder, 'good.smallest.json'), 'utf8').trim()
    : undefined;
}

function firstSentence(text: string): string {
  return /^.*?[.](?=\s|$)/.exec(text)?.[0] ?? text;
}

/** All messages and lists of words but the options, by name. */
function readDefinitions(): Map<string, Definition> {
  const files = readdirSync(PROTO).filter((file) => file !== 'options.proto');
  return new Map(files.flatMap((file) => [...definitionsIn(file)]));
}

function* definitionsIn(file: string): Generator<[string, Definition]> {
  let comment: string[] = [];
  let open: [string, Definition] | undefined;
  for (const line of statements(readFileSync(join(PROTO, file), 'utf8'))) {
    const [, noted] = /^\/\/ ?(.*)$/.exec(line) ?? [];
    const [, kind, name] = /^(message|enum) (\w+) \{/.exec(line) ?? [];
    if (noted !== undefined) comment.push(noted);
    else if (name === 'Value' && open !== undefined) open[1].kind = 'enum';
    else if (kind !== undefined && name !== undefined) {
      open = [name, { kind: kind as Definition['kind'], file, says: comment.join(' '), fields: [] }];
      yield open;
    } else if (open !== undefined) {
      const field = open[1].kind === 'enum' ? wordOf(line) : fieldOf(line);
      if (field !== undefined) open[1].fields.push({ ...field, says: comment.join(' ') });
    }
    if (noted === undefined) comment = [];
  }
}

/** Each statement on one line, and each line of a comment. */
function statements(text: string): string[] {
  return text
    .replaceAll(/\n\s+(?=\(|\])/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}

function wordOf(line: string): Field | undefined {
  const [, name] = /^(\w+) = \d+;/.exec(line) ?? [];
  return name === undefined || name.endsWith('_unspecified') ? undefined : { name, type: '', says: '', rules: '' };
}

function fieldOf(line: string): Field | undefined {
  const [, type, name, options = ''] =
    /^((?:repeated |optional )?(?:map<[^>]+>|[\w.]+)) (\w+) = \d+(?: \[(.*)\])?;/.exec(line) ?? [];
  if (type === undefined || name === undefined) return undefined;
  const of = (option: string): string | undefined => new RegExp(`\\(${option}\\) = ([-\\w.]+)`).exec(options)?.[1];
  const [least, most] = [of('minimum'), of('maximum')];
  const rules = [
    of('required') === 'true' ? '**Required.**' : '',
    of('max_length') === undefined ? '' : `At most ${of('max_length')} characters.`,
    least === undefined ? '' : most === undefined ? `At least ${least}.` : `${least} to ${most}.`,
  ];
  return {
    name,
    type: type.startsWith('map<') ? 'numbers by name' : type,
    says: '',
    rules: rules.filter((text) => text !== '').join(' '),
  };
}
