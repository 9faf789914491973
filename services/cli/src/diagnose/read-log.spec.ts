import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { builtinPacks, compileRules, createScanner } from '@prunella/rules';
import { processContext } from '../context.ts';
import { readLog } from './read-log.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-log-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const scanner = createScanner(compileRules(builtinPacks()));
const readAny = (file: string, stdin = '') =>
  readLog({ ...processContext(), cwd, stdin: async () => Buffer.from(stdin) }, scanner, file);
const read = async (file: string, stdin = ''): Promise<string | undefined> => {
  const log = await readAny(file, stdin);
  return 'text' in log ? log.text : undefined;
};

describe('readLog', () => {
  it.each`
    what                      | bytes                                               | text
    ${'UTF-8'}                | ${Buffer.from('Fehler: größer\n')}                  | ${'Fehler: größer\n'}
    ${'UTF-8 with a mark'}    | ${Buffer.from('\uFEFFerror\n')}                     | ${'error\n'}
    ${'broken UTF-8'}         | ${Buffer.from([0x61, 0xff, 0x62, 0x0a])}            | ${'a\uFFFDb\n'}
    ${'UTF-16 little endian'} | ${Buffer.from('\uFEFFerror\n', 'utf16le')}          | ${'error\n'}
    ${'UTF-16 big endian'}    | ${Buffer.from('\uFEFFerror\n', 'utf16le').swap16()} | ${'error\n'}
  `('reads $what', async ({ bytes, text }: { bytes: Buffer; text: string }) => {
    await writeFile(join(cwd, 'job.log'), bytes);
    expect(await read('job.log')).toBe(text);
  });

  it('reads what is gzipped', async () => {
    await writeFile(join(cwd, 'job.log.gz'), gzipSync('error\n'));
    expect(await read('job.log.gz')).toBe('error\n');
  });

  it('keeps beginning, end and matched lines of a log that is too large to be held, with their numbers', async () => {
    const lines = Array.from({ length: 400_000 }, (_, at) => `compiling module ${at} of the large application, ok`);
    lines[200_000] = 'npm error code ECONNRESET';
    await writeFile(join(cwd, 'large.log.gz'), gzipSync(lines.join('\n')));
    const log = await readAny('large.log.gz');
    if ('text' in log) throw new Error('expected kept lines, found the text');
    expect(log.totalLines).toBe(400_000);
    expect(log.lines.length).toBeLessThan(10_000);
    expect(log.lines[0]).toEqual({ line: 1, text: lines[0] });
    expect(log.lines.at(-1)).toEqual({ line: 400_000, text: lines.at(-1) });
    expect(log.lines).toContainEqual({ line: 200_001, text: 'npm error code ECONNRESET' });
  });

  it('reads standard input for -', async () => {
    expect(await read('-', 'error\n')).toBe('error\n');
  });

  it.each`
    what        | bytes                                    | says
    ${'empty'}  | ${Buffer.alloc(0)}                       | ${'empty file'}
    ${'blank'}  | ${Buffer.from(' \n\n')}                  | ${'only blank lines'}
    ${'binary'} | ${Buffer.from([0x50, 0x4b, 0x03, 0, 0])} | ${'binary'}
    ${'cut gz'} | ${gzipSync('error\n').subarray(0, 12)}   | ${'whole gzip file'}
  `('refuses a file that is $what, by its name', async ({ bytes, says }: { bytes: Buffer; says: string }) => {
    await writeFile(join(cwd, 'job.log'), bytes);
    await expect(read('job.log')).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(says),
    });
    await expect(read('job.log')).rejects.toThrow('job.log');
  });

  it.each`
    file          | says
    ${'gone.log'} | ${'gone.log: there is no such file'}
    ${'folder'}   | ${'folder: expected a file, found a folder'}
  `('says of $file: $says', async ({ file, says }: { file: string; says: string }) => {
    await mkdir(join(cwd, 'folder'));
    await expect(read(file)).rejects.toThrow(says);
  });
});
