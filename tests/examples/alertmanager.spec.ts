import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';

/** What Alertmanager's own tool says of the configuration. That alerts come through it is tried by tests/system/alert.spec.ts. */

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');
const CONFIG = join(ROOT, 'examples', 'alertmanager', 'alertmanager.yml');
/** It comes with Debian's prometheus-alertmanager. */
const hasAmtool = spawnSync('amtool', ['--version']).status === 0;

(hasAmtool ? describe : describe.skip)('alertmanager.yml, by amtool', () => {
  it('is well, and is not when a word is wrong', async () => {
    expect((await run('amtool', ['check-config', CONFIG])).stdout).toContain('SUCCESS');
    const directory = await mkdtemp(join(tmpdir(), 'prunella-amtool-'));
    const wrong = join(directory, 'alertmanager.yml');
    await writeFile(wrong, (await readFile(CONFIG, 'utf8')).replace('max_alerts', 'most_alerts'));
    await expect(run('amtool', ['check-config', wrong])).rejects.toMatchObject({
      stdout: expect.stringContaining('most_alerts'),
    });
    await rm(directory, { recursive: true, force: true });
  });

  it.each`
    labels                                                   | receivers
    ${['alertname=DeploymentErrorSpike', 'action=rollback']} | ${'prunella'}
    ${['alertname=NodeDown']}                                | ${'people'}
    ${['alertname=NodeDown', 'action=']}                     | ${'people'}
  `('$labels go to $receivers', async ({ labels, receivers }) => {
    const { stdout } = await run('amtool', ['config', 'routes', 'test', `--config.file=${CONFIG}`, ...labels]);
    expect(stdout.trim()).toBe(receivers);
  });
});

it('each shipped rule has the label by which it is routed', async () => {
  const rules = parse(await readFile(join(ROOT, 'deploy', 'observability', 'alerts.yml'), 'utf8')) as {
    groups: { rules: { alert: string; labels: Record<string, string>; annotations: Record<string, string> }[] }[];
  };
  for (const { labels, annotations } of rules.groups.flatMap(({ rules: all }) => all)) {
    expect(labels['action']).toMatch(/./);
    expect(annotations['suggested_action']).toBe(labels['action']);
  }
});
