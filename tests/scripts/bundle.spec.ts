import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decode, encode, type SourceMapMappings } from '@jridgewell/sourcemap-codec';
import { MALLOC_ENVIRONMENT, NODE_FLAGS } from '@prunella/core';
import { startTestNats } from '@prunella/testing';
import fc from 'fast-check';
import { ownLinesOnly } from '../../scripts/source-map.mjs';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const SERVICES = ['auditor', 'detector', 'diagnoser', 'remediator', 'playground', 'cli'];
const bundleOf = (service: string): string => join(ROOT, 'services', service, 'dist', 'bundle');

describe('ownLinesOnly', () => {
  /** Some lines of segments `[column, source, line, column]` over two sources: 0 is kept, 1 is not. */
  const lines = fc
    .array(fc.array(fc.tuple(fc.nat(60), fc.nat(1), fc.nat(9)), { maxLength: 6 }), { minLength: 1, maxLength: 8 })
    .map((all) =>
      all.map((line) =>
        line
          .toSorted(([a], [b]) => a - b)
          .filter(([column], at, sorted) => column !== sorted[at - 1]?.[0])
          .map(([column, source, row]): [number, number, number, number] => [column, source, row, 0]),
      ),
    );

  it('leads where the whole map leads, or nowhere for what is not kept', () => {
    fc.assert(
      fc.property(lines, fc.nat(9), fc.nat(70), (mappings: SourceMapMappings, line, column) => {
        const whole = {
          version: 3,
          sources: ['../src/own.ts', '../node_modules/x.js'],
          names: [],
          mappings: encode(mappings),
        };
        const own = ownLinesOnly(whole, (source: string) => source.endsWith('.ts'));
        const find = (map: object) =>
          new SourceMap(map as never).findEntry(line, column) as { originalSource?: string };
        const expected = find({ ...whole, file: '', sourcesContent: [], sourceRoot: '' });
        const found = find({ ...own, file: '', sourcesContent: [], sourceRoot: '' });
        if (expected.originalSource === '../src/own.ts') {
          const { originalSource, originalLine } = expected as { originalSource: string; originalLine?: number };
          expect(found).toMatchObject({ originalSource, originalLine });
        } else expect(found.originalSource).toBeUndefined();
      }),
    );
  });

  it('names no other source', () => {
    const mappings = encode([[[0, 1, 0, 0]], [[0, 0, 4, 2]]]);
    const map = ownLinesOnly({ sources: ['a.js', 'b.ts'], names: [], mappings }, (source: string) => source === 'b.ts');
    expect(map.sources).toEqual(['b.ts']);
    expect(decode(map.mappings)).toEqual([[[0, 0, 0, 0]], [[0]], []]);
  });

  it('says of a line once where it leads', () => {
    const mappings = encode([
      [
        [0, 0, 4, 2],
        [9, 0, 4, 8],
        [12, 0, 5, 0],
        [20, 0, 4, 9],
      ],
      [[0, 0, 4, 2]],
      [[0, 0, 6, 0]],
    ]);
    const map = ownLinesOnly({ sources: ['b.ts'], names: [], mappings }, () => true);
    expect(decode(map.mappings)).toEqual([
      [
        [0, 0, 4, 2],
        [12, 0, 5, 0],
        [20, 0, 4, 9],
      ],
      [],
      [[0, 0, 6, 0]],
      [],
    ]);
  });
});

describe.each(SERVICES)('the bundle of the %s', (service) => {
  it('is of ASCII alone: V8 keeps two bytes for each character of a file that has any other', async () => {
    const files = (await readdir(bundleOf(service))).filter((name) => name.endsWith('.js'));
    expect(files).toContain('main.js');
    for (const name of files) {
      const others = (await readFile(join(bundleOf(service), name), 'utf8')).match(/.{0,20}[^\0-\x7f]/u)?.[0];
      expect({ name, others }).toEqual({ name, others: undefined });
    }
  });

  it('has source maps for our own lines alone, without the sources', async () => {
    const files = await readdir(bundleOf(service));
    const maps = files.filter((name) => name.endsWith('.map'));
    expect(maps).not.toEqual([]);
    for (const name of maps) {
      const map = JSON.parse(await readFile(join(bundleOf(service), name), 'utf8')) as Record<string, unknown>;
      expect(map['sourcesContent']).toBeUndefined();
      expect(
        (map['sources'] as string[]).filter((source) => !/^(\.\.\/)+(libs|services|src)\b.*\.ts$/.test(source)),
      ).toEqual([]);
    }
  });
});

it.each(['diagnoser', 'cli'])(
  'has the model as a file beside the bundle of the %s, and not as a text in it',
  async (service) => {
    const model = await readFile(join(ROOT, 'libs', 'model', 'builtin', 'causes.model'));
    expect(Buffer.compare(await readFile(join(bundleOf(service), 'causes.model')), model)).toBe(0);
    const files = (await readdir(bundleOf(service))).filter((name) => name.endsWith('.js'));
    for (const name of files) {
      const text = await readFile(join(bundleOf(service), name), 'utf8');
      expect({ name, has: text.includes(model.toString('base64', 0, 300)) }).toEqual({ name, has: false });
    }
  },
);

it('shows the lines of our sources where something goes wrong', async () => {
  const nats = await startTestNats();
  try {
    // Said at the end of a start: nothing else of ours goes wrong by itself.
    const wrong = 'data:text/javascript,process.send = () => { throw new TypeError("a mistake"); };';
    const ended = await run(
      process.execPath,
      [...NODE_FLAGS, '--import', wrong, join(bundleOf('detector'), 'main.js')],
      {
        env: { PATH: process.env['PATH'], NATS_URL: nats.url, PORT_DETECTOR: '0', LOG_LEVEL: 'fatal' },
      },
    ).catch((error: unknown) => error);
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/a mistake.*libs\/service-kit\/src\/run-service\.ts:\d+/),
    });
  } finally {
    await nats.stop();
  }
});

it('is run in images as everywhere', async () => {
  const dockerfile = await readFile(join(ROOT, 'deploy', 'docker', 'Dockerfile'), 'utf8');
  const command = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
  expect(command).toEqual(['node', ...NODE_FLAGS, '/app/run.mjs']);
  const variables = /^ENV (MALLOC_.*)$/m
    .exec(dockerfile)?.[1]
    ?.split(' ')
    .map((one) => one.split('='));
  expect(Object.fromEntries(variables ?? [])).toEqual(MALLOC_ENVIRONMENT);
});
