import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

/** All shell scripts that are to be copied, by shellcheck where it is installed (.ci/run), and by the shells themselves. */

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples');
const scripts = globSync('**/*.sh', { cwd: EXAMPLES });
const hasShellcheck = spawnSync('shellcheck', ['--version']).status === 0;

it.each(scripts)('%s is read by its shell', (script) => {
  const shell = script.endsWith('go-test.sh') ? 'bash' : 'sh';
  const { status, stderr } = spawnSync(shell, ['-n', join(EXAMPLES, script)], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

(hasShellcheck ? it : it.skip)('shellcheck has nothing to say', () => {
  const { stdout } = spawnSync(
    'shellcheck',
    scripts.map((script) => join(EXAMPLES, script)),
    { encoding: 'utf8' },
  );
  expect([scripts.length > 4, stdout]).toEqual([true, '']);
});
