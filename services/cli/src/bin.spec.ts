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

  it('shows a log without doing to the terminal what it says', () => {
    const input = 'Error: connect ETIMEDOUT 10.0.0.1:443 \u001b]0;mine\u0007\u009b2J\u202e\n';
    const { status, stdout } = spawnSync(process.execPath, [bin, 'diagnose', '-'], {
      cwd: tmpdir(),
      encoding: 'utf8',
      input,
    });
    expect([status, stdout]).toEqual([0, expect.stringContaining('ETIMEDOUT')]);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });
});
