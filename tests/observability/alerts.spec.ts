import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promtoolProgram } from '@prunella/testing';

const FOLDER = join(import.meta.dirname, '..', '..', 'deploy', 'observability');
const promtool = await promtoolProgram();

function run(args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const child = execFile(promtool ?? '', args, { cwd: FOLDER }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}

(promtool === undefined ? describe.skip : describe)('the shipped alert rules', () => {
  it('are rules, and fire when they should', async () => {
    expect(await run(['check', 'rules', 'alerts.yml'])).toMatchObject({ code: 0 });
    expect(await run(['test', 'rules', 'alerts.test.yml'])).toEqual({
      code: 0,
      text: expect.stringMatching(/SUCCESS/),
    });
  });
});

it('speak of metrics that are listed, and no others of ours', () => {
  const listed = readFileSync(join(FOLDER, '..', '..', 'docs', 'reference', 'metrics.md'), 'utf8');
  const ours = readFileSync(join(FOLDER, 'alerts.yml'), 'utf8').match(/\bcicd_\w+/g) ?? [];
  expect(ours.length).toBeGreaterThan(3);
  for (const name of ours) expect(listed).toContain(`\`${name}\``);
});
