import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '..', 'bin', 'prunella.mjs');

describe('bin/prunella', () => {
  it.each`
    args                         | code | says
    ${['--help']}                | ${0} | ${'Usage: prunella'}
    ${['no-such-command']}       | ${2} | ${'unknown command'}
    ${['send', 'nothing', '{}']} | ${2} | ${'expected one of'}
  `('runs the built program from any folder: $args ends with $code', ({ args, code, says }) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...(args as string[])], {
      cwd: tmpdir(),
      encoding: 'utf8',
    });
    expect(status).toBe(code);
    expect(stdout + stderr).toContain(says);
  });
});
