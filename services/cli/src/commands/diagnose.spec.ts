import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLine } from '../../test/command-line.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'prunella-diagnose-'));
  await writeFile(join(cwd, 'timeout.log'), 'npm install\nError: connect ETIMEDOUT 10.0.0.1:443\nexit 1\n');
  await writeFile(join(cwd, 'quiet.log'), 'nothing of note\n');
  await writeFile(join(cwd, 'empty.log'), '');
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const prunella = (args: readonly string[], stdin = '', env: NodeJS.ProcessEnv = {}) =>
  runLine(['diagnose', ...args], { env, cwd, stdin });

describe('prunella diagnose', () => {
  it('prints one JSON object for each file, in the order given', async () => {
    const { code, out } = await prunella(
      ['--json', 'quiet.log', '-', 'timeout.log'],
      'Error: connect ETIMEDOUT 10.0.0.2:80\n',
    );
    expect(code).toBe(0);
    const found = out.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(found.map(({ file, cause }) => [file, cause])).toEqual([
      ['quiet.log', 'unknown'],
      ['-', 'network'],
      ['timeout.log', 'network'],
    ]);
    expect(Object.keys(found[2] ?? {})).toEqual([
      'file',
      'cause',
      'domain',
      'confidence',
      'transient',
      'action',
      'decidedBy',
      'explanation',
      'fingerprint',
      'evidence',
      'alternatives',
    ]);
    expect(found[2]).toMatchObject({
      domain: 'platform',
      action: { type: 'retry_with_backoff', parameters: { attempts: 3, firstDelay: '5s', factor: 2 } },
      evidence: [{ line: 2, text: 'Error: connect ETIMEDOUT 10.0.0.1:443' }],
    });
  });

  it('goes on after a file that can not be diagnosed, and ends with 1', async () => {
    const { code, out, err } = await prunella(['--json', 'gone.log', 'timeout.log', 'empty.log']);
    expect(code).toBe(1);
    expect(out).toHaveLength(1);
    expect(err).toEqual([
      'prunella: gone.log: there is no such file',
      'prunella: empty.log: expected a log, found an empty file',
    ]);
  });

  it('diagnoses many files with threads, each in its place', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `many-${at}.log`);
    for (const name of names) await writeFile(join(cwd, name), `Error: connect ETIMEDOUT 10.0.0.1:443 ${name}\n`);
    const { code, out, err } = await prunella(['--json', ...names.slice(0, 20), 'gone.log', ...names.slice(20)]);
    expect(code).toBe(1);
    expect(out.map((line) => (JSON.parse(line) as { file: string }).file)).toEqual(names);
    expect(err).toEqual(['prunella: gone.log: there is no such file']);
  });

  it('says it for people', async () => {
    const { code, out } = await prunella(['timeout.log']);
    expect(code).toBe(0);
    const text = out.join('\n');
    for (const words of [
      'network',
      'retry_with_backoff attempts=3 firstDelay=5s factor=2',
      '2 | Error: connect ETIMEDOUT',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('uses the rules of the user as the diagnoser does, and names what is wrong in them', async () => {
    await mkdir(join(cwd, 'prunella-rules'));
    await writeFile(join(cwd, 'prunella-rules', 'mine.yaml'), 'rules: 5\n');
    const broken = await prunella(['quiet.log']);
    expect(broken.code).toBe(1);
    expect(broken.err.join('\n')).toContain('mine.yaml');
    const missing = await prunella(['quiet.log'], '', { PRUNELLA_RULES_DIR: 'gone' });
    expect(missing.code).toBe(1);
    expect(missing.err.join('\n')).toContain('PRUNELLA_RULES_DIR');
  });

  it('needs at least one file', async () => {
    expect((await prunella([])).code).toBe(2);
  });
});
