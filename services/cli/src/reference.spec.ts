import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { contextOf } from '../test/command-line.ts';
import { COMMANDS } from './command-list.ts';
import { EXAMPLES } from './examples.ts';
import { programOf } from './program.ts';
import { leaves, referenceOf } from './reference.ts';

const REFERENCE = join(import.meta.dirname, '../../../docs/reference/cli.md');
/** Those that print no data: a supervisor's log, or what is a document of its own. */
const WITHOUT_JSON = ['nats permissions', 'up', 'rules draft', 'policy schema', 'completion'];

/** The same for everybody: descriptions name the user. */
const context = contextOf({ env: { USER: '$USER' } });

let program: Command;

beforeAll(async () => {
  program = await programOf(context);
});

describe('every command', () => {
  it('has the name under which it is loaded', () => {
    expect(program.commands.map((command) => command.name())).toEqual(Object.keys(COMMANDS));
  });

  it('says what it does, also what its arguments and options mean', () => {
    const silent = (all: Command): string[] => [
      ...(all.description() === '' ? [all.name()] : []),
      ...[...all.options, ...all.registeredArguments]
        .filter(({ description }) => description === '')
        .map((one) => `${all.name()} ${'flags' in one ? one.flags : one.name()}`),
      ...all.commands.flatMap(silent),
    ];
    expect(silent(program)).toEqual([]);
  });

  it('has --json, where it prints data', () => {
    const without = leaves(program)
      .filter(({ command }) => !command.options.some(({ long }) => long === '--json'))
      .map(({ path }) => path.join(' '));
    expect(without.toSorted()).toEqual(WITHOUT_JSON.toSorted());
  });

  it('has an example in its help that names it, and options that it has', () => {
    const all = leaves(program);
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(all.map(({ path }) => path.join(' ')).toSorted());
    for (const { command, path } of all) {
      for (const example of EXAMPLES[path.join(' ')] ?? []) {
        expect(`${example} `.startsWith(`${path.join(' ')} `)).toBe(true);
        const flags = (example.split(' | ')[0] ?? '').match(/(?<= )--[a-z-]+/g) ?? [];
        const known = command.options.map(({ long }) => long);
        expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
      }
    }
  });
});

it('is described in docs/reference/cli.md (UPDATE_REFERENCE=1 writes it)', async () => {
  const reference = referenceOf(program);
  if (process.env['UPDATE_REFERENCE'] === '1') await writeFile(REFERENCE, reference);
  expect(await readFile(REFERENCE, 'utf8')).toBe(reference);
});
