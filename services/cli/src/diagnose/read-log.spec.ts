import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processContext } from '../context.ts';
import { readLog } from './read-log.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-log-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const read = (file: string, stdin = ''): Promise<string> =>
  readLog({ ...processContext(), cwd, stdin: async () => Buffer.from(stdin) }, file);

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

  it('reads standard input for -', async () => {
    expect(await read('-', 'error\n')).toBe('error\n');
  });

  it.each`
    what        | bytes                                    | says
    ${'empty'}  | ${Buffer.alloc(0)}                       | ${'empty file'}
    ${'blank'}  | ${Buffer.from(' \n\n')}                  | ${'only blank lines'}
    ${'binary'} | ${Buffer.from([0x1f, 0x8b, 0x08, 0, 0])} | ${'binary'}
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
