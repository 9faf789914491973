import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextOf } from '../../test/command-line.ts';
import { programOf } from '../program.ts';
import { SCRIPTS } from './scripts.ts';
import { suggest } from './suggest.ts';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'prunella.mjs');

const context = contextOf();

describe('what may come next', () => {
  it.each<[string[], string[], boolean]>([
    [['incid'], ['incidents'], false],
    [['incidents', ''], ['list', 'show', 'follow', 'logs'], false],
    [['rules', 'l'], ['lint', 'list'], false],
    [['rules', 'list', '--c'], ['--cause'], false],
    [['rules', 'list', '--cause', 'net'], ['network'], false],
    [['rules', 'list', '--cause=net'], ['--cause=network'], false],
    [['rules', 'list', '--cause', '=', 'net'], ['network'], false],
    [['incidents', '--outcome', ''], ['healed', 'ineffective', 'harmful', 'inconclusive'], false],
    [['incidents', 'list', '--outcome', 'healed', '--st'], ['--state'], false],
    [['send', 'pipeline.f'], ['pipeline.finished', 'pipeline.failed'], false],
    [['tokens', 'create', 'ci', '--role', 'op'], ['operator'], false],
    [['completion', ''], ['bash', 'zsh', 'fish'], false],
    [['diagnose', ''], [], true],
    [['diagnose', 'a.log', ''], [], true],
    [['backtest', '--policy', ''], [], true],
    [['incidents', 'show', ''], [], false],
    [['diagnose', '--', '--js'], [], true],
    [['no-such', '--'], [], false],
  ])('after %j: %j, a file: %s', async (words, expected, files) => {
    const found = suggest(await programOf(context), words);
    expect({ words: found.words.map(({ word }) => word), files: found.files }).toEqual({ words: expected, files });
  });
});

describe('bash', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'prunella-completion-'));
    await writeFile(join(folder, 'prunella'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
    await chmod(join(folder, 'prunella'), 0o755);
    await writeFile(join(folder, 'a build.log'), '');
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** What the tab key offers in a real bash. */
  function offered(words: readonly string[]): string[] {
    const script = `${SCRIPTS.bash}
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _prunella; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', 'prunella', ...words], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${folder}:${process.env['PATH']}` },
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter(Boolean);
  }

  it.each<[string[], string[]]>([
    [['quar'], ['quarantine']],
    [
      ['policy', ''],
      ['check', 'explain', 'schema'],
    ],
    [['rules', 'list', '--cause', '=', 'oo'], ['oom']],
    [['diagnose', 'a b'], ['a build.log']],
    [['diagnose', '$(touch typed)', 'a'], ['a build.log']],
  ])('offers after %j: %j', (words, expected) => {
    expect(offered(words)).toEqual(expected);
    expect(offered(['diagnose', 'typed'])).toEqual([]);
  });
});
