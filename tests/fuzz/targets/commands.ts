import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { COMMANDS } from '../../../services/cli/src/command-list.ts';
import { processContext } from '../../../services/cli/src/context.ts';
import { run } from '../../../services/cli/src/program.ts';
import { humanLine } from '../../../services/cli/src/up/log-line.ts';
import { filesIn } from '../inputs/files.ts';
import { jsonBytes } from '../inputs/json.ts';
import { logBytes } from '../inputs/logs.ts';
import { text } from '../inputs/text.ts';
import { yamlBytes } from '../inputs/yaml.ts';
import { bytesOf, holds, type Target, textOf } from '../target.ts';

const { colors } = processContext();

/** Made for the first input. */
let cwd = '';

function folder(): string {
  if (cwd === '') {
    cwd = mkdtempSync(join(tmpdir(), 'prunella-fuzz-cli-'));
    process.once('exit', () => rmSync(cwd, { recursive: true, force: true }));
  }
  return cwd;
}

/** Runs a command line as `prunella` would, with this as standard input and as the file `input`. What it said, and how it ended. */
async function prunella(args: readonly string[], input: Uint8Array): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  let code = 0;
  writeFileSync(join(folder(), 'input'), input);
  await run(args, {
    ...{ env: { NATS_URL: 'nats://127.0.0.1:9' }, cwd: folder(), interactive: false, colors },
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
    stdin: async () => Buffer.from(input),
    exitWith: (is) => {
      code = is;
    },
  });
  return { code, said: lines.join('\n') };
}

function endsWell(value: unknown): void {
  const { code, said } = value as { code: number; said: string };
  holds(
    !said.includes('this is a mistake in prunella'),
    `an error that says what to do, found ${said.slice(0, 1_500)}`,
  );
  holds([0, 1, 2, 3].includes(code), 'a code that scripts know');
}

const policies = filesIn('examples', 'prunella.yaml');
const packs = filesIn('libs/rules/builtin', '.yaml').slice(0, 1);
const history = filesIn('proto/samples', 'good.cloudevent.json').map((bytes) => JSON.parse(textOf(bytes)) as unknown);

/** What starts servers, asks other machines, or trains for minutes is not asked with any words. */
const LOCAL = ['rules', 'policy', 'completion', 'complete', 'help', '--help', '--version', 'nats'];
const words = [
  ...LOCAL,
  ...Object.keys(COMMANDS),
  'lint',
  'test',
  'list',
  'check',
  'explain',
  '--json',
  '--policy',
  '--',
  '-',
  '-h',
  'input',
  'permissions',
  '--open',
  'bash',
  'zsh',
  'fish',
];
const line = fc
  .tuple(
    fc.constantFrom(...LOCAL),
    fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: text }), {
      maxLength: 5,
    }),
  )
  .map(([first, more]) => bytesOf([first, ...more].map((word) => word.replaceAll('\n', ' ')).join('\n')));

export const targets: readonly Target[] = [
  {
    name: 'commands/line',
    reads: 'command lines of prunella that ask nobody',
    slow: true,
    doors: ['command line'],
    seeds: () =>
      [
        ['rules', 'list'],
        ['policy', 'check', 'input'],
        ['completion', 'bash'],
        ['complete', 'rules', ''],
        ['nats', 'permissions'],
      ].map((args) => bytesOf(args.join('\n'))),
    inputs: line,
    async read(bytes) {
      const args = textOf(bytes).split('\n');
      if (!LOCAL.includes(args[0] ?? '') || args.includes('provision')) return { code: 0, said: '' };
      return await prunella(args.slice(0, 12), bytes);
    },
    errors: [],
    holds: endsWell,
  },
  {
    name: 'commands/policy',
    reads: 'prunella policy check FILE',
    doors: ['command:policy'],
    seeds: () => policies,
    inputs: yamlBytes(policies),
    read: (bytes) => prunella(['policy', 'check', 'input'], bytes),
    errors: [],
    holds: endsWell,
  },
  {
    name: 'commands/rules',
    reads: 'prunella rules lint FILE',
    slow: true,
    doors: ['command:rules'],
    seeds: () => packs,
    inputs: yamlBytes(packs),
    read: (bytes) => prunella(['rules', 'lint', 'input'], bytes),
    errors: [],
    holds: endsWell,
  },
  {
    name: 'commands/diagnose',
    reads: 'prunella diagnose FILE',
    slow: true,
    doors: ['command:diagnose'],
    seeds: () => [bytesOf('Error: connect ETIMEDOUT\n')],
    inputs: logBytes,
    read: (bytes) => prunella(['diagnose', '-'], bytes),
    errors: [],
    holds: endsWell,
  },
  {
    name: 'commands/backtest',
    reads: 'prunella backtest FILE: past events, a CloudEvent a line',
    doors: ['command:backtest', 'decoder:services/cli/src/backtest/from-files.ts'],
    seeds: () => history.map((event) => bytesOf(JSON.stringify(event))),
    inputs: jsonBytes(history),
    read: (bytes) => prunella(['backtest', 'input', '--json'], bytes),
    errors: [],
    holds: endsWell,
  },
  {
    name: 'commands/log-line',
    reads: 'lines that services write, for people',
    doors: ['decoder:services/cli/src/up/log-line.ts'],
    seeds: () => [
      bytesOf('{"level":30,"msg":"it runs","context":"NestFactory"}'),
      bytesOf('{"level":50,"msg":"no","err":{"message":"boom"}}'),
    ],
    inputs: jsonBytes([{ level: 50, msg: 'no', err: { message: 'boom' }, context: 'a' }]),
    read: (bytes) => humanLine(textOf(bytes), colors),
    errors: [],
  },
];
